import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { after, describe, mock, test } from 'node:test';
import { bytes } from '@ignite/toolkit/units/bytes';
import { hasSavedState } from './has-saved-state.ts';
import {
  discardSavedState,
  loadSavedState,
  readStateNote,
  savedMemory,
  shareSavedState,
  writeSavedState,
} from './saved-state.ts';

const root = mkdtempSync(join(tmpdir(), 'saved-state-'));
after(() => rmSync(root, { recursive: true }));

const memory = Buffer.alloc(3_000_000, 'memory ');
const traits = { memory: '3 MB' };
const limit = bytes(4_000_000);
const source = function* (): Generator<Buffer> {
  for (let at = 0; at < memory.length; at += 100_000) yield memory.subarray(at, at + 100_000);
};
const write = (target: Writable): Promise<void> => pipeline(source, target);

let count = 0;
const folder = (): string => join(mkdtempSync(join(root, `${(count += 1)}-`)), 'saved');
async function saved(): Promise<string> {
  const dir = folder();
  await writeSavedState(dir, { traits, limit }, write);
  return dir;
}
async function load(dir: string): Promise<Buffer> {
  let loaded = Buffer.of();
  await loadSavedState(dir, await readStateNote(dir), async (state: Readable) => {
    loaded = await buffer(state);
  });
  return loaded;
}

describe('a saved state', () => {
  test('is read as it was written, by nobody but its owner', async () => {
    const dir = await saved();
    assert.ok((await load(dir)).equals(memory));
    assert.deepEqual((await readStateNote(dir)).traits, traits);
    assert.equal(statSync(dir).mode & 0o777, 0o700);
    for (const name of readdirSync(dir)) assert.equal(statSync(join(dir, name)).mode & 0o777, 0o600);
  });

  test('is not there until it is complete, and nothing is left of one that was cut short', async () => {
    const dir = folder();
    const cut = writeSavedState(dir, { traits, limit }, async (target) => {
      target.write(memory);
      assert.ok(!hasSavedState(dir));
      throw new Error('the VMM has died');
    });
    await assert.rejects(cut, /the VMM has died/);
    assert.deepEqual(readdirSync(join(dir, '..')), []);
  });

  test('takes the place of what a writer that was killed has left', async () => {
    const dir = folder();
    const draft = join(dir, '..', '.saved.draft');
    mkdirSync(draft);
    writeFileSync(join(draft, 'machine'), 'half of it');
    await discardSavedState(dir);
    assert.deepEqual(readdirSync(join(dir, '..')), []);
    mkdirSync(draft);
    await writeSavedState(dir, { traits, limit }, write);
    assert.ok((await load(dir)).equals(memory));
  });

  test('that is larger than a machine can be is refused, so that a VMM cannot fill the disk', async () => {
    const dir = folder();
    await assert.rejects(writeSavedState(dir, { traits, limit: bytes(2_000_000) }, write), {
      code: 'STATE_DAMAGED',
      message: /larger than 2000000 bytes/,
    });
    assert.ok(!hasSavedState(dir));
  });

  test('is discarded as a whole, and again without effect', async () => {
    const dir = await saved();
    await discardSavedState(dir);
    await discardSavedState(dir);
    assert.ok(!existsSync(dir));
  });

  test('that was not discarded durably is discarded so by the next attempt', async () => {
    const dir = await saved();
    await using file = await open(root);
    const sync = mock.method(Object.getPrototypeOf(file) as typeof file, 'sync');
    sync.mock.mockImplementationOnce(async () => Promise.reject(new Error('EIO')));
    await assert.rejects(discardSavedState(dir), /EIO/);
    assert.ok(!hasSavedState(dir));
    await discardSavedState(dir);
    assert.equal(sync.mock.callCount(), 2);
    sync.mock.restore();
    assert.deepEqual(readdirSync(join(dir, '..')), []);
  });

  for (const [what, harm] of [
    ['was truncated', (file: string) => truncateSync(file, 1_000_000)],
    ['has grown', (file: string) => appendFileSync(file, 'more')],
    [
      'has a changed byte',
      (file: string) => writeFileSync(file, Buffer.concat([memory.subarray(1), Buffer.of(0)])),
    ],
    ['is gone', (file: string) => rmSync(file)],
  ] as const)
    test(`that ${what} is refused as damaged`, async () => {
      const dir = await saved();
      harm(join(dir, 'machine'));
      await assert.rejects(load(dir), { code: 'STATE_DAMAGED' });
    });

  test('that is damaged is refused as such, whatever the VMM says of it', async () => {
    const dir = await saved();
    truncateSync(join(dir, 'machine'), 10);
    const loading = loadSavedState(dir, await readStateNote(dir), async () => {
      throw new Error('the VMM has refused it');
    });
    await assert.rejects(loading, { code: 'STATE_DAMAGED' });
  });

  test('whose note is no note, or of a later format, is refused', async () => {
    const dir = await saved();
    for (const note of ['', '{}', '{"format":2,"traits":{},"size":1,"sha256":""}']) {
      writeFileSync(join(dir, 'note.json'), note);
      await assert.rejects(readStateNote(dir), { code: 'STATE_DAMAGED' });
    }
  });
});

describe('the memory of a state that does not contain it', () => {
  const withMemory = async (): Promise<string> => {
    const dir = folder();
    const copy = async (path: string): Promise<void> => await writeFile(path, memory);
    await writeSavedState(dir, { traits, limit }, write, { size: bytes(memory.length), copy });
    return dir;
  };
  const memoryOf = async (dir: string): Promise<string | undefined> =>
    await savedMemory(dir, await readStateNote(dir));

  test('is a file that can be mapped and that nobody may write to, in a folder for root alone', async () => {
    const dir = await withMemory();
    const path = join(dir, 'memory');
    assert.equal(await memoryOf(dir), path);
    assert.equal(statSync(path).mode & 0o777, 0o444);
    assert.equal(statSync(dir).mode & 0o777, 0o700);
    assert.equal(await memoryOf(await saved()), undefined);
  });

  test('is refused if it is larger or smaller than that of the machine', async () => {
    for (const size of [memory.length - 1, memory.length + 1]) {
      const dir = folder();
      const copy = async (path: string): Promise<void> => await writeFile(path, memory);
      await assert.rejects(writeSavedState(dir, { traits, limit }, write, { size: bytes(size), copy }), {
        code: 'STATE_DAMAGED',
      });
      assert.ok(!hasSavedState(dir));
    }
  });

  test('is the same file for all that share the state', async () => {
    const dir = await withMemory();
    const other = folder();
    await shareSavedState(dir, other);
    const path = await memoryOf(other);
    assert.equal(statSync(path!).ino, statSync(join(dir, 'memory')).ino);
    await discardSavedState(other);
    assert.equal(await memoryOf(dir), join(dir, 'memory'));
  });

  test('is refused if it was written to, cut off or removed', async () => {
    for (const damage of [
      (path: string) => writeFileSync(path, Buffer.alloc(memory.length)),
      (path: string) => truncateSync(path, 1),
      (path: string) => rmSync(path),
    ]) {
      const dir = await withMemory();
      damage(join(dir, 'memory'));
      await assert.rejects(memoryOf(dir), { code: 'STATE_DAMAGED' });
    }
  });
});
