import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after as afterAll, describe, test } from 'node:test';
import { apiVersion } from '@ignite/api/v1/group';
import { type Vm, type VmSpec, type VmStatus, vmSpecSchema } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import type { Admission } from '@ignite/toolkit/client/admission';
import { AdmittedClient } from '@ignite/toolkit/client/admitted-client';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import * as v from 'valibot';
import { hostArch } from '../../tools/host/arch.ts';
import { engineClient } from '../../tools/store/engine-client.sample.ts';
import { findVm } from '../../tools/store/vm-objects.ts';
import { wishAdmission } from '../../tools/store/wish-admission.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import type { EnginePorts } from '../../vm/engine-ports.ts';
import { redefineVm, waitingStatus } from './redefine-vm.ts';

const scratch = mkdtempSync(join(tmpdir(), 'redefine-vm-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const op = { signal: new AbortController().signal, report: (): void => {} };

const specOf = (fields: object): VmSpec => v.parse(vmSpecSchema, { image: { oci: 'debian:12' }, ...fields });
const started = specOf({ cpus: 1, memory: '512MB' });
const after = (...wanted: readonly object[]): VmStatus => {
  let now: { readonly spec: VmSpec; readonly status: VmStatus } = {
    spec: started,
    status: { phase: 'Running' },
  };
  for (const fields of wanted) {
    const spec = specOf(fields);
    now = { spec, status: waitingStatus(now, spec, qemu) };
  }
  return now.status;
};

test('a change that is undone while the VM runs is no longer pending', () => {
  assert.deepEqual(after({ cpus: 2, memory: '1GB' }).pending, ['spec.cpus', 'spec.memory']);
  assert.deepEqual(after({ cpus: 2, memory: '1GB' }, { cpus: 2 }).pending, ['spec.cpus']);
  assert.equal(after({ cpus: 2, memory: '1GB' }, {}).pending, undefined);
});

test('a change that takes effect at once is not pending, and what the guest was started with is kept', () => {
  assert.deepEqual(after({ restartPolicy: 'always', power: 'Paused' }), { phase: 'Running' });
  assert.deepEqual(after({ memory: '256MB' }), { phase: 'Running', booted: started });
  assert.deepEqual(after({ memory: '256MB' }, { memory: '128MB', cpus: 2 }).booted, started);
});

describe('redefineVm', () => {
  const wanted = { cpus: 2, kernel: { oci: 'kernel:2' } };

  test('a redefinition writes the wish apart from the status, and knows what the guest was started with', async () => {
    const { redefine, vm } = await hostWithRunning();
    await redefine(specOf(wanted));
    const { spec, status } = await vm();
    assert.deepEqual([spec.cpus, spec.kernel.oci], [2, 'kernel:2']);
    assert.deepEqual(status.pending?.toSorted(), ['spec.cpus', 'spec.kernel.oci']);
    assert.deepEqual([status.booted?.cpus, status.kernel], [1, { id: 'k2', version: '2' }]);
  });

  test('a redefinition that others refuse changes nothing of what runs', async () => {
    const { redefine, vm, portsChanged } = await hostWithRunning(
      wishAdmission({
        mutate: async ({ object }) => object,
        check: async () => {
          throw new Error('refused');
        },
      }),
    );
    const before = await vm();
    await assert.rejects(redefine(specOf(wanted)), { message: 'refused' });
    assert.deepEqual(await vm(), before);
    assert.equal(portsChanged(), 0);
  });

  test('a redefinition that is killed at any write is finished by the same, and is never half true', async () => {
    const whole = await hostWithRunning();
    await whole.redefine(specOf(wanted));
    const { spec, status } = await whole.vm();
    for (let writes = 0; writes < 3; writes += 1) {
      const host = await hostWithRunning();
      await assert.rejects(host.redefine(specOf(wanted), writes), /killed/);
      const cut = await host.vm();
      assert.deepEqual((cut.status.booted ?? cut.spec).cpus, 1, `after ${writes} writes`);
      const kernels = { 'kernel:1': ['k1', undefined], 'kernel:2': ['k2', undefined] };
      const fitting = kernels[cut.spec.kernel.oci as keyof typeof kernels];
      assert.ok(fitting.includes(cut.status.kernel?.id), `after ${writes} writes`);
      await host.redefine(specOf(wanted));
      const done = await host.vm();
      assert.deepEqual(done.spec, spec);
      const { conditions: _times, ...rest } = done.status;
      const { conditions: _others, ...expected } = status;
      assert.deepEqual(rest, expected);
    }
  });
});

/** Returns a host with a running VM, in whose writes an admission may have a say. A redefinition of it may be killed after some writes of the VM. */
async function hostWithRunning(admission?: Admission) {
  const dir = mkdtempSync(join(scratch, 'host-'));
  const paths = { dataDir: dir, runDir: dir };
  const store = new MemoryStore();
  for (const at of ['1', '2'])
    await store.create({
      ...{ apiVersion, kind: 'Kernel' },
      metadata: { name: `kernel-${at}`, namespace: '', uid: at },
      spec: { reference: `kernel:${at}`, oci: `kernel:${at}` },
      status: { id: `k${at}`, version: at, arch: hostArch, size: 1 },
    });
  const status = { phase: 'Running', kernel: { id: 'k1', version: '1' } } as const;
  const { uid } = (await store.create(sampleVm({ spec: { cpus: 1, kernel: { oci: 'kernel:1' } }, status })))
    .metadata;
  const objects = engineClient(store);
  let portsChanged = 0;
  const host = {
    ...{ paths, self: { name: 'a', isAlone: true }, vmms: { qemu }, clock: new ManualClock() },
    objects: admission ? new AdmittedClient(objects, admission) : objects,
    sandbox: { observe: async () => ({ state: 'running', pid: 1 }) },
    network: {
      validate: async () => {},
      changePorts: async () => void (portsChanged += 1),
      admit: async () => {},
    },
    runner: { run: async () => ({ stdout: '', stderr: '' }) },
  } as unknown as EnginePorts;
  const vm = async (): Promise<Vm> => await findVm(objects, uid);
  const redefine = async (spec: VmSpec, writes = Infinity): Promise<void> => {
    const update = store.update.bind(store);
    let left = writes;
    store.update = async (object) => {
      if (left === 0) throw new Error('killed');
      left -= 1;
      return await update(object);
    };
    const wish = { power: 'Running', anew: false } as const;
    try {
      await redefineVm(await vm(), { spec, labels: {}, annotations: {}, wish }, host, op);
    } finally {
      store.update = update;
    }
  };
  return { redefine, vm, portsChanged: () => portsChanged };
}
