import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { AuditLog } from './audit-log.ts';

async function openLog(maxBytes: number, maxFiles: number) {
  const dir = await mkdtemp(join(tmpdir(), 'audit-'));
  const path = join(dir, 'audit', 'audit.log');
  const log = new AuditLog({ path, maxBytes, maxFiles });
  return {
    path,
    log,
    contents: async () => {
      const names = (await readdir(join(dir, 'audit'))).toSorted();
      const texts = await Promise.all(names.map((name) => readFile(join(dir, 'audit', name), 'utf8')));
      // The current file sorts before those that were renamed.
      return [...texts.slice(1), texts[0]].map((text) =>
        text!
          .trimEnd()
          .split('\n')
          .map((line) => (JSON.parse(line) as { readonly at: number }).at),
      );
    },
    [Symbol.asyncDispose]: async () => {
      await log[Symbol.asyncDispose]();
      await rm(dir, { recursive: true });
    },
  };
}

describe('AuditLog', () => {
  test('every event is a line, in order, in a file that only its owner can read', async () => {
    await using at = await openLog(10_000, 2);
    await Promise.all([1, 2, 3].map((each) => at.log.write({ at: each })));
    await at.log.write({ at: 4 });
    assert.deepEqual(await at.contents(), [[1, 2, 3, 4]]);
    assert.equal((await stat(at.path)).mode & 0o777, 0o600);
  });

  test('a file that is full is put aside, and the oldest ones are removed', async () => {
    await using at = await openLog(20, 2);
    for (let each = 1; each <= 8; each += 1) await at.log.write({ at: each });
    assert.deepEqual(await at.contents(), [
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
  });

  test('a new start goes on in the same file', async () => {
    await using at = await openLog(10_000, 2);
    await at.log.write({ at: 1 });
    await at.log[Symbol.asyncDispose]();
    await at.log.write({ at: 2 });
    assert.deepEqual(await at.contents(), [[1, 2]]);
  });

  test('a failure is told to those whose events are lost, and the next event is written', async () => {
    await using at = await openLog(10_000, 2);
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    await assert.rejects(at.log.write(circle));
    await rm(join(at.path, '..'), { recursive: true, force: true });
    await at.log.write({ at: 1 });
    assert.deepEqual(await at.contents(), [[1]]);
  });
});
