import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmdirSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { keepBallast, releaseBallast } from './ballast.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'ignite-ballast-'));
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'none', dataDir]);
after(() => {
  execFileSync('umount', [dataDir]);
  rmdirSync(dataDir);
});

const paths = { dataDir, runDir: dataDir };
const ballast = join(dataDir, 'ballast');
const fill = (name: string, mebibytes: number): void =>
  writeFileSync(join(dataDir, name), Buffer.alloc(mebibytes * 2 ** 20, 1));
const free = (): number => {
  const { bavail, bsize } = statfsSync(dataDir);
  return bavail * bsize;
};

test('a disk with plenty of space lends some, and gets it back when it is full, for as long as that is needed', () => {
  keepBallast(paths, { mayTakeLast: false });
  assert.equal(statSync(ballast).size, 8 * 2 ** 20);
  releaseBallast(paths);
  assert.ok(existsSync(ballast), 'there is space');

  fill('a', 32);
  assert.equal(free(), 0);
  releaseBallast(paths);
  assert.ok(!existsSync(ballast));
  assert.ok(free() >= 8 * 2 ** 20);
  fill('b', 1);
  keepBallast(paths, { mayTakeLast: false });
  assert.ok(!existsSync(ballast), 'whoever did not need it takes nothing of what is left');
  keepBallast(paths, { mayTakeLast: true });
  assert.equal(statSync(ballast).size, 7 * 2 ** 20);
  assert.equal(free(), 0);
});
