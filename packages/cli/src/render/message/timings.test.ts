import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProgressEvent } from '@ignite/api/client/progress';
import { Timings } from './timings.ts';

test('Timings: parts are listed in the order in which they began, a whole before its parts', () => {
  let now = 80;
  const others: ProgressEvent[] = [];
  const timings = new Timings(() => now);
  const { report } = timings.of({
    signal: new AbortController().signal,
    report: (event) => void others.push(event),
  });
  const took = (what: string, milliseconds: number, until: number): void => {
    now = until;
    report({ kind: 'timing', what, milliseconds });
  };
  took('launch VMM', 50.4, 150);
  took('load memory', 100, 250);
  took('load state', 150.4, 250);
  report({ kind: 'step', message: 'Starting web' });
  now = 300;
  assert.equal(
    timings.text(),
    'STEP           BEGAN (ms)   TOOK (ms)\n' +
      'start ignite   0            80\n' +
      'load state     100          150\n' +
      'launch VMM     100          50\n' +
      'load memory    150          100\n' +
      'all            0            300\n',
  );
  assert.deepEqual(others, [{ kind: 'step', message: 'Starting web' }]);
});
