import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromTemplateAnnotation } from '@ignite/api/v1/template';
import type { Vm } from '@ignite/api/v1/vm';
import { vmFiles } from '../../tools/host/paths.ts';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { changeVm } from '../../tools/store/vm-objects.ts';
import { keepDisk } from '../disks/kept-disk.ts';
import type { VmPorts } from '../vm-ports.ts';
import { reconcileVm } from './reconcile-vm.ts';
import { startVm } from './start-vm.ts';
import { uid, worldOf } from './world.sample.ts';

test('startVm: a VM whose removal was cut short is left as it is', async () => {
  const vm = { metadata: { name: 'web', deletionTimestamp: '2026-01-01T12:00:00Z' } } as Vm;
  const untouched = {} as VmPorts;
  const op = { signal: new AbortController().signal, report: () => {} };
  await assert.rejects(startVm(vm, {}, untouched, op), {
    code: 'VM_LEAVING',
    hint: /ignite rm -f web/,
  });
});

test('startVm: a guest that has refused its identity does not boot again by itself', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'start-vm-'));
  try {
    const { host, world } = await worldOf(() => 0.5, dir);
    world.faults = 0;
    const op = { signal: new AbortController().signal, report: () => {} };
    const vm = async (): Promise<Vm> => (await vmsIn(host.objects).findByUid(uid))!;
    const { dir: folder, disk, identityDue } = vmFiles(host.paths, uid);
    mkdirSync(folder, { recursive: true });
    for (const path of [disk, identityDue]) writeFileSync(path, '');
    await assert.rejects(startVm(await vm(), {}, host, op), {
      code: 'IDENTITY_REFUSED',
      hint: /start --cold/,
    });
    for (let hours = 0; hours < 3; hours++) {
      world.nowMs += 3_600_000;
      await reconcileVm(uid, {}, host, op);
    }
    await assert.rejects(startVm(await vm(), { restart: true }, host, op), { code: 'IDENTITY_REFUSED' });
    assert.equal(world.runs, 0);
    assert.equal((await startVm(await vm(), { cold: true }, host, op)).status.phase, 'Running');
    assert.ok(!existsSync(identityDue));
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('startVm: a disk that was kept for a VM comes before the snapshot that the VM names', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'start-vm-'));
  try {
    const { host, world } = await worldOf(() => 0.5, dir);
    world.faults = 0;
    const op = { signal: new AbortController().signal, report: () => {} };
    const found = (await vmsIn(host.objects).findByUid(uid))!;
    const vm = await changeVm(host.objects, found, ({ spec }) => ({
      spec: { ...spec, source: { snapshot: 'gone' } },
      annotations: { 'ignite.weave.works/disk': 'keep' },
    }));
    const files = vmFiles(host.paths, uid);
    mkdirSync(files.dir, { recursive: true });
    writeFileSync(files.disk, 'kept');
    await keepDisk(vm, host);
    assert.ok(!existsSync(files.disk));
    assert.equal((await startVm(vm, {}, host, op)).status.phase, 'Running');
    assert.equal(readFileSync(files.disk, 'utf8'), 'kept');
  } finally {
    rmSync(dir, { recursive: true });
  }
});

for (const isMarked of [true, false])
  test(`startVm: a VM whose snapshot is gone ${isMarked ? 'boots if that was only a template' : 'is refused otherwise'}`, async () => {
    const dir = mkdtempSync(join(tmpdir(), 'start-vm-'));
    try {
      const { host, world } = await worldOf(() => 0.5, dir);
      world.faults = 0;
      const op = { signal: new AbortController().signal, report: () => {} };
      const found = (await vmsIn(host.objects).findByUid(uid))!;
      const vm = await changeVm(host.objects, found, ({ spec }) => ({
        spec: { ...spec, source: { snapshot: 'gone' } },
        annotations: isMarked ? { [fromTemplateAnnotation]: 'gone' } : {},
      }));
      const started = startVm(vm, {}, host, op);
      if (!isMarked) return await assert.rejects(started, { code: 'SNAPSHOT_NOT_FOUND' });
      const { spec, metadata, status } = await started;
      assert.equal(status.phase, 'Running');
      assert.equal(spec.source, undefined);
      assert.equal(metadata.annotations[fromTemplateAnnotation], undefined);
      assert.equal(world.runs, 1);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
