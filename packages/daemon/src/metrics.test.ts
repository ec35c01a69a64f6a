import assert from 'node:assert/strict';
import perfHooks from 'node:perf_hooks';
import { test } from 'node:test';
import { Metrics } from './metrics.ts';

test('Metrics: no timer wakes the process often to measure it', async (t) => {
  const monitor = t.mock.method(perfHooks, 'monitorEventLoopDelay');
  const text = await new Metrics().registry.metrics();
  const resolutions = monitor.mock.calls.map((call) => call.arguments[0]?.resolution ?? 0);
  assert.equal(resolutions.length, 1);
  assert.ok(resolutions[0]! >= 60_000);
  assert.match(text, /^nodejs_eventloop_lag_seconds \d/m);
  assert.doesNotMatch(text, /nodejs_eventloop_lag_p99/, 'there are no samples to tell it of');
});
