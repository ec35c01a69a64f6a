import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { parseOptions, tells } from './options.ts';

test('parseOptions: everything has a default, and labels are pairs', () => {
  const { dataDir, runDir, logLevel, nodeLabels, webhookListen } = parseOptions([]);
  assert.deepEqual(
    [dataDir, runDir, logLevel, nodeLabels, webhookListen],
    ['/var/lib/ignite', '/run/ignite', 'info', {}, undefined],
  );
  const options = parseOptions(['--node-label=a=b=c', '--node-label=d=', '--log-level=trace']);
  assert.deepEqual(options.nodeLabels, { a: 'b=c', d: '' });
  assert.ok(tells(options.logLevel, 'debug') && !tells('warn', 'info'));
});

test('parseOptions: what it does not know is refused', () => {
  for (const argv of [['--nope'], ['daemon'], ['--node-label==b'], ['--data-dir']])
    assert.throws(
      () => parseOptions(argv),
      (failure) => hasCode(failure, 'USAGE_INVALID'),
      argv[0],
    );
});
