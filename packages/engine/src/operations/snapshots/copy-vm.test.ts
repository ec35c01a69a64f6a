import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hostArch } from '../../tools/host/arch.ts';
import { vmFiles } from '../../tools/host/paths.ts';
import { snapshotsIn, vmsIn } from '../../tools/store/kind-clients.ts';
import { listSnapshots } from '../../tools/store/list-objects.ts';
import { changeVm } from '../../tools/store/vm-objects.ts';
import { refusing, uid, worldOf } from '../../vm/lifecycle/world.sample.ts';
import { copyVm } from './copy-vm.ts';

const op = { signal: new AbortController().signal, report: () => {} };

for (const hasDisk of [false, true])
  test(`copyVm: a VM of a maker that was killed ${hasDisk ? 'stays once it has a disk' : 'goes if it has no disk'}, whatever others say`, async () => {
    const dir = mkdtempSync(join(tmpdir(), 'copy-vm-'));
    try {
      const { host } = await worldOf(() => 0.5, dir);
      const found = (await vmsIn(host.objects).findByUid(uid))!;
      const vm = await changeVm(host.objects, found, ({ spec }) => ({
        spec: { ...spec, source: { snapshot: 'passing' } },
      }));
      await snapshotsIn(host.objects).create({
        metadata: {
          namespace: vm.metadata.namespace,
          name: 'passing',
          uid: 'fedcba9876543210',
          labels: { 'ignite.weave.works/passing': 'a-killed-maker' },
          finalizers: ['ignite.weave.works/snapshot'],
        },
        spec: { vmName: 'parent' },
        status: {
          vmUid: 'parent',
          vmSpec: vm.spec,
          arch: hostArch,
          image: vm.status.image!,
          kernel: vm.status.kernel!,
          holds: 'Disk',
          size: 1,
        },
      } as never);
      const files = vmFiles(host.paths, uid);
      mkdirSync(files.dir, { recursive: true });
      if (hasDisk) writeFileSync(files.disk, '');
      const removed: string[] = [];
      const remove = async (query: string): Promise<typeof vm> => {
        removed.push(query);
        return vm;
      };
      const none = async (): Promise<never> => assert.fail('the VMs of the caller stay');
      const makers = {
        host: refusing(host),
        vms: { create: none, start: none, remove: none },
        leftovers: { remove },
      };
      const request = { names: ['x'], holds: 'Disk' } as Parameters<typeof copyVm>[1];
      await assert.rejects(copyVm('none', request, makers, op), { code: 'VM_NOT_FOUND' });
      assert.deepEqual(removed, hasDisk ? [] : [uid]);
      assert.deepEqual(await listSnapshots(host.objects), []);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
