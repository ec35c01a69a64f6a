import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '@ignite/toolkit/units/bytes';
import { lackOfRoom } from './room-for-template.ts';

const gib = 2 ** 30;
const room = (size: number, available: number) => ({
  size: bytes(size * gib),
  available: bytes(Math.round(available * gib)),
});
const large = room(100, 50);

for (const [what, memory, host, wanted] of [
  ['a small VM on a large host', 0.5, { memory: large, disk: large }, undefined],
  [
    'a host of 1 GB whose VM takes half of it',
    0.5,
    { memory: room(1, 0.4), disk: large },
    '409.6 MB of memory are available, and 1024.0 MB are needed',
  ],
  ['just enough memory', 1, { memory: room(4, 2.25), disk: large }, undefined],
  [
    'a little less',
    1,
    { memory: room(4, 2.24), disk: large },
    '2.2 GB of memory are available, and 2.3 GB are needed',
  ],
  [
    'a very large host keeps 2 GB of memory and 5 GB of disk',
    1,
    { memory: room(512, 3.25), disk: room(4_000, 6.5) },
    undefined,
  ],
  [
    'a disk that is almost full',
    0.5,
    { memory: large, disk: room(20, 1.5) },
    '1.5 GB of disk are available, and 2.0 GB are needed',
  ],
] as const)
  test(`lackOfRoom: ${what}`, () => {
    assert.equal(lackOfRoom(bytes(memory * gib), host), wanted);
  });
