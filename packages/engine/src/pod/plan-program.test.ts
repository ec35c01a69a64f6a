import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LaunchNote, type ProgramStep, planProgram } from './plan-program.ts';

const note: LaunchNote = { fingerprint: 'a', startMs: 1_000, restarts: 2, quickEnds: 1 };
const ended: LaunchNote = { ...note, endMs: 5_000 };

const cases: readonly (readonly [
  string,
  'absent' | 'partial' | 'running' | 'exited',
  LaunchNote | undefined,
  number,
  ProgramStep,
])[] = [
  [
    'a program that was never started is started',
    'absent',
    undefined,
    9,
    { type: 'launch', note: { fingerprint: 'a', startMs: 9, restarts: 0, quickEnds: 0 } },
  ],
  ['a program that runs as it should is kept', 'running', note, 9_000, { type: 'keep' }],
  [
    'a program that runs otherwise is started anew',
    'running',
    { ...note, fingerprint: 'b' },
    9_000,
    { type: 'launch', note: { fingerprint: 'a', startMs: 9_000, restarts: 0, quickEnds: 0 } },
  ],
  [
    'a start that was cut short is made again, and counts for nothing',
    'partial',
    note,
    9_000,
    { type: 'launch', note: { ...note, startMs: 9_000 } },
  ],
  ['the end of a program is noted first', 'exited', note, 5_000, { type: 'note-end', note: ended }],
  [
    'a program that has ended soon waits twice as long each time',
    'exited',
    ended,
    5_500,
    { type: 'wait', waitMs: 1_500 },
  ],
  [
    'after its pause, it is started again',
    'exited',
    ended,
    7_000,
    { type: 'launch', note: { fingerprint: 'a', startMs: 7_000, restarts: 3, quickEnds: 2 } },
  ],
  [
    'the pause never exceeds a minute',
    'exited',
    { ...ended, quickEnds: 30 },
    5_000,
    { type: 'wait', waitMs: 60_000 },
  ],
  [
    'a program that had run for long is started again at once',
    'exited',
    { ...ended, endMs: 61_000 },
    61_000,
    { type: 'launch', note: { fingerprint: 'a', startMs: 61_000, restarts: 3, quickEnds: 0 } },
  ],
];

for (const [name, state, known, nowMs, step] of cases)
  test(name, () => {
    assert.deepEqual(planProgram('a', { state }, known, nowMs), step);
  });
