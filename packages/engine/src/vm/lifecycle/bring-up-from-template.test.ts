import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fromTemplateAnnotation } from '@ignite/api/v1/template';
import { bytes } from '@ignite/toolkit/units/bytes';
import { newUid } from '@ignite/toolkit/object/uid';
import { hostArch } from '../../tools/host/arch.ts';
import { snapshotDir, vmFiles } from '../../tools/host/paths.ts';
import { imagesIn, kernelsIn, snapshotsIn, vmsIn } from '../../tools/store/kind-clients.ts';
import { changeVm } from '../../tools/store/vm-objects.ts';
import type { VmPorts } from '../vm-ports.ts';
import { reconcileVm } from './reconcile-vm.ts';
import { refusing, uid, worldOf } from './world.sample.ts';

const dir = mkdtempSync(join(tmpdir(), 'from-template-'));
after(() => rmSync(dir, { recursive: true }));

const warnings: string[] = [];
const op = {
  signal: new AbortController().signal,
  report: ({ kind, message }: { readonly kind: string; readonly message?: string }): void => {
    if (kind === 'warning') warnings.push(message ?? '');
  },
};

/** Returns a host with a VM that is to start from a template, whose state was saved with another memory. */
async function prepare({ isMarked = true }: { readonly isMarked?: boolean } = {}) {
  const { host: without, world } = await worldOf(() => 0.5, dir);
  world.faults = 0;
  const run: VmPorts['runner']['run'] = async (command, signal) => {
    if (command.tool !== 'cp') return await without.runner.run(command, signal);
    execFileSync('cp', command.args.slice(-2));
    return { stdout: '', stderr: '' };
  };
  const host = { ...without, runner: { ...without.runner, run } } as VmPorts;
  const found = (await vmsIn(host.objects).findByUid(uid))!;
  const vm = await changeVm(host.objects, found, ({ spec }) => ({
    spec: { ...spec, power: 'Running', source: { snapshot: 'template' } },
    annotations: isMarked ? { [fromTemplateAnnotation]: 'template' } : {},
  }));
  await kernelsIn(host.objects).create({
    metadata: { name: 'k', uid: newUid() },
    spec: {},
    status: { id: 'k', version: '1', arch: hostArch, size: bytes(1) },
  });
  assert.equal((await imagesIn(host.objects).list()).items.length, 1);
  const { metadata } = await snapshotsIn(host.objects).create({
    metadata: {
      namespace: vm.metadata.namespace,
      name: 'template',
      uid: newUid(),
      labels: {},
      annotations: {},
      finalizers: [],
    },
    spec: { vmName: 'template' },
    status: {
      vmUid: newUid(),
      vmSpec: vm.spec,
      arch: hostArch,
      image: vm.status.image!,
      kernel: vm.status.kernel!,
      holds: 'Machine',
      size: 1,
    },
  } as never);
  const kept = snapshotDir(host.paths, metadata.uid);
  mkdirSync(join(kept, 'saved-state'), { recursive: true });
  for (const name of ['root.qcow2', 'exit-status', 'saved-state/machine'])
    writeFileSync(join(kept, name), '');
  const note = { format: 1, traits: { memory: '1 MB' }, size: 0, sha256: '' };
  writeFileSync(join(kept, 'saved-state/note.json'), JSON.stringify(note));
  const template = async () => await snapshotsIn(host.objects).find(metadata);
  return { host, world, kept, template };
}

for (const [what, harm] of [
  ['does not fit', () => {}],
  ['is damaged', (kept: string) => writeFileSync(join(kept, 'saved-state/note.json'), '{}')],
  ['has lost files', (kept: string) => rmSync(join(kept, 'root.qcow2'))],
] as const)
  test(`a VM whose template ${what} boots, whoever brings it up, and the template goes`, async () => {
    const { host, world, kept, template } = await prepare();
    harm(kept);
    warnings.length = 0;
    const { vm } = await reconcileVm(uid, {}, host, op);
    assert.equal(vm?.status.phase, 'Running');
    assert.equal(vm.spec.source, undefined);
    assert.equal(world.runs, 1);
    assert.equal(await template(), undefined);
    assert.ok(!existsSync(kept));
    const { identityDue, savedState } = vmFiles(host.paths, uid);
    assert.ok(!existsSync(identityDue) && !existsSync(savedState));
    assert.match(warnings.join('\n'), /^the template cannot be used, so the VM boots: /m);
  });

test('a template that cannot be used goes, whatever others say of the writes of whoever starts the VM', async () => {
  const { host, kept, template } = await prepare();
  rmSync(join(kept, 'root.qcow2'));
  const { vm } = await reconcileVm(uid, {}, refusing(host), op);
  assert.deepEqual([vm?.status.phase, vm?.spec.source], ['Running', undefined]);
  assert.equal(await template(), undefined);
});

test('a VM whose template is gone boots, whoever brings it up', async () => {
  const { host, world, template } = await prepare();
  await snapshotsIn(host.objects).delete((await template())!.metadata);
  const { vm } = await reconcileVm(uid, {}, host, op);
  assert.deepEqual([vm?.status.phase, vm?.spec.source, world.runs], ['Running', undefined, 1]);
});

test('a VM whose snapshot somebody has named does not boot without its state', async () => {
  const { host, world, template } = await prepare({ isMarked: false });
  const { vm } = await reconcileVm(uid, {}, host, op);
  assert.equal(vm?.status.phase, 'Suspended');
  assert.deepEqual([vm.spec.source?.snapshot, world.runs], ['template', 0]);
  assert.notEqual(await template(), undefined);
});
