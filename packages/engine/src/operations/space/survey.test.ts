import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { tryLock } from '@ignite/toolkit/lock/process-lock';
import { locksDir } from '../../tools/host/paths.ts';
import { surveySpace } from './survey.ts';
import { usedBytes } from './used-bytes.ts';

const nothingKnown = { vms: [], images: [], kernels: [], volumes: [], snapshots: [], lostPods: [] };

async function inFolder(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'ignite-space-'));
  try {
    await use(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function put(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, Buffer.alloc(10_000, 1));
}

test('usedBytes: blocks count, holes do not, and nothing takes nothing', async () => {
  await inFolder(async (dir) => {
    const file = join(dir, 'disk');
    await put(file);
    const written = await usedBytes(file);
    assert.ok(written >= 10_000 && written < 100_000, String(written));
    await truncate(file, 2 ** 32);
    assert.ok((await usedBytes(file)) < 100_000);
    assert.ok((await usedBytes(dir)) >= (await usedBytes(file)));
    assert.equal(await usedBytes(join(dir, 'none')), 0);
  });
});

test('surveySpace: folders that nobody knows are left over, unless someone is at work in them', async () => {
  await inFolder(async (dataDir) => {
    const paths = { dataDir, runDir: join(dataDir, 'run') };
    const orphan = join('vms', '0123456789abcdef');
    const names = ['scratch/image-x1', 'scratch/changes-x2', 'images/draft-x3', 'kernels/draft-x4', orphan];
    for (const name of names) await put(join(dataDir, name, 'file'));
    await put(join(dataDir, 'scratch/someone-elses/file'));
    for (const name of ['scratch/snapshot-in-x5', 'run/snapshot-in-auth-x6', 'scratch/snapshot-out-x7']) {
      await put(join(dataDir, name, 'layout'));
      names.push(name);
    }
    names.push('snapshots/0123456789abcdef.draft');
    await put(join(dataDir, 'snapshots/0123456789abcdef.draft/root.qcow2'));
    await put(join(dataDir, 'kept-disks/web-ab-1.qcow2'));
    await put(join(dataDir, 'vms/fedcba9876543210/root.qcow2'));
    using _busy = tryLock(locksDir(paths), 'changes');

    const items = await surveySpace(paths, nothingKnown);
    const left = items.filter(({ kind }) => kind === 'leftover');
    assert.deepEqual(left.map(({ name }) => name).toSorted(), names.toSorted());
    assert.deepEqual(
      left.filter(({ isUsed }) => isUsed).map(({ name, reclaimable }) => [name, reclaimable]),
      [['scratch/changes-x2', 0]],
    );
    // A disk is somebody's data, even if the store has lost its VM.
    const kept = items.filter(({ kind }) => kind === 'kept-disk');
    assert.deepEqual(kept.map(({ name }) => name).toSorted(), ['vms/fedcba9876543210', 'web-ab-1']);
    assert.ok(kept.every(({ size, reclaimable }) => size > 0 && reclaimable === size));
  });
});

test('surveySpace: a host that never ran a VM has nothing', async () => {
  await inFolder(async (dataDir) => {
    assert.deepEqual(await surveySpace({ dataDir, runDir: dataDir }, nothingKnown), []);
  });
});
