import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { HostPodSpec } from '@ignite/api/host-pod/host-pod';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { isRestored, keepCopies, removeCopies, restoreCopy } from './pod-copies.ts';
import { type PodFiles, podFiles, programFiles } from './pod-files.ts';

const options = { runner: localRunner, signal: new AbortController().signal };

let dir: string;
let files: PodFiles;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pod-copies-'));
  files = podFiles({ dataDir: dir, runDir: join(dir, 'run') }, '0123456789abcdef');
  mkdirSync(dataDir(), { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true }));

const dataDir = (): string => join(programFiles(files, 'etcd').volumes, 'data');
const write = (content: string): void => writeFileSync(join(dataDir(), 'db'), content);
const read = (): string => readFileSync(join(dataDir(), 'db'), 'utf8');
const spec = (more: Partial<HostPodSpec>): HostPodSpec => ({ programs: [], ...more });

test('a copy is made while the pod is stopped, stays as it is, and goes when it is not named any more', async () => {
  write('then');
  assert.deepEqual(await keepCopies(spec({ copies: ['a'] }), false, files, options), {});
  assert.deepEqual(await keepCopies(spec({ copies: ['a'] }), true, files, options), { copies: ['a'] });
  write('later');
  assert.deepEqual(await keepCopies(spec({ copies: ['a', 'b'] }), true, files, options), {
    copies: ['a', 'b'],
  });
  assert.equal(readFileSync(join(files.copies, 'a/etcd/data/db'), 'utf8'), 'then');
  assert.equal(readFileSync(join(files.copies, 'b/etcd/data/db'), 'utf8'), 'later');
  assert.deepEqual(await keepCopies(spec({ copies: ['b'] }), false, files, options), { copies: ['b'] });
  assert.deepEqual(readdirSync(files.copies), ['b']);
});

test('what programs keep is brought back once for each wish, also after a restoration that was cut short', async () => {
  write('then');
  await keepCopies(spec({ copies: ['a'] }), true, files, options);
  write('later');
  const restored = { copy: 'a', id: 'first' };
  // It was cut short after the data was set aside.
  const { volumes } = programFiles(files, 'etcd');
  rmSync(volumes, { recursive: true });
  mkdirSync(`${volumes}.draft`);
  mkdirSync(`${volumes}.old`);
  assert.equal(await isRestored(spec({ restored }), files), false);
  await restoreCopy(restored, files, options);
  assert.equal(read(), 'then');
  assert.deepEqual(readdirSync(join(volumes, '..')), ['volumes']);
  assert.equal(await isRestored(spec({ restored }), files), true);
  assert.equal(await isRestored(spec({ restored: { copy: 'a', id: 'second' } }), files), false);
  assert.deepEqual(await keepCopies(spec({ copies: ['a'], restored }), false, files, options), {
    copies: ['a'],
    restored: 'first',
  });
});

test('what was set aside by a restoration that was cut short is brought back if there is no copy, or it is wished no more', async () => {
  const { volumes } = programFiles(files, 'etcd');
  for (const again of [
    async () =>
      await assert.rejects(restoreCopy({ copy: 'b', id: 'x' }, files, options), { code: 'POD_COPY_MISSING' }),
    async () => await keepCopies(spec({}), false, files, options),
  ]) {
    write('today');
    renameSync(volumes, `${volumes}.old`);
    await again();
    assert.equal(read(), 'today');
    assert.deepEqual(readdirSync(join(volumes, '..')), ['volumes']);
  }
});

test('what is left of copies that were cut short is no copy, and goes', async () => {
  write('then');
  mkdirSync(join(files.copies, '.a'), { recursive: true });
  assert.deepEqual(await keepCopies(spec({ copies: ['a'] }), false, files, options), {});
  assert.deepEqual(readdirSync(files.copies), []);
});

test('a copy that is not there is not restored, and nothing changes', async () => {
  write('today');
  await assert.rejects(restoreCopy({ copy: 'b', id: 'x' }, files, options), { code: 'POD_COPY_MISSING' });
  assert.equal(read(), 'today');
});

test('a pod begins with a copy of another one, whose own stays as it is', async () => {
  write('then');
  await keepCopies(spec({ copies: ['a'] }), true, files, options);
  write('later');
  const other = podFiles({ dataDir: dir, runDir: join(dir, 'run') }, 'fedcba9876543210');
  const holder = { files, userOf: () => process.getuid!() };
  const restored = { copy: 'a', id: 'first', podName: 'dev' };
  await assert.rejects(restoreCopy({ ...restored, copy: 'b' }, other, options, holder), {
    code: 'POD_COPY_MISSING',
    message: 'the other pod has no copy "b"',
  });
  await restoreCopy(restored, other, options, holder);
  assert.equal(readFileSync(join(programFiles(other, 'etcd').volumes, 'data/db'), 'utf8'), 'then');
  assert.equal(await isRestored(spec({ restored }), other), true);
  assert.equal(read(), 'later');
});

test('nothing is brought back from a copy that goes while it is read', async () => {
  write('then');
  await keepCopies(spec({ copies: ['a'] }), true, files, options);
  const other = podFiles({ dataDir: dir, runDir: join(dir, 'run') }, 'fedcba9876543210');
  const holder = { files, userOf: () => process.getuid!() };
  const restored = { copy: 'a', id: 'first', podName: 'dev' };
  for (const goes of [
    async () => await keepCopies(spec({}), false, files, options),
    async () => await removeCopies(files),
  ]) {
    await keepCopies(spec({ copies: ['a'] }), true, files, options);
    const run: typeof localRunner.run = async (command, signal) => {
      const result = await localRunner.run(command, signal);
      if (command.tool === 'cp') await goes();
      return result;
    };
    const reading = { ...options, runner: { ...localRunner, run } };
    await assert.rejects(restoreCopy(restored, other, reading, holder), { code: 'POD_COPY_MISSING' });
    assert.equal(existsSync(programFiles(other, 'etcd').volumes), false);
    assert.equal(await isRestored(spec({ restored }), other), false);
  }
  await removeCopies(files);
  assert.deepEqual(readdirSync(files.dir), ['programs']);
});

test('a pod that holds copies of another one takes them over whole, and they outlive that one', async () => {
  write('then');
  await keepCopies(spec({ copies: ['a'] }), true, files, options);
  const other = podFiles({ dataDir: dir, runDir: join(dir, 'run') }, 'fedcba9876543210');
  const holding = { files, userOf: () => process.getuid!() };
  mkdirSync(join(other.copies, '.a/etcd/left'), { recursive: true });
  assert.deepEqual(await keepCopies(spec({ copies: ['a'] }), false, other, options, holding), {
    copies: ['a'],
  });
  await removeCopies(files);
  assert.deepEqual(await keepCopies(spec({ copies: ['a'] }), false, other, options, holding), {
    copies: ['a'],
  });
  assert.equal(readFileSync(join(other.copies, 'a/etcd/data/db'), 'utf8'), 'then');
  assert.deepEqual(readdirSync(join(other.copies, 'a/etcd')), ['data']);
  await assert.rejects(keepCopies(spec({ copies: ['a', 'b'] }), false, other, options, holding), {
    code: 'POD_COPY_MISSING',
  });
  assert.deepEqual(readdirSync(other.copies), ['a']);
});
