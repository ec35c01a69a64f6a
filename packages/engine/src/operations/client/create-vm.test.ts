import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AdmittedWrite } from '@ignite/toolkit/client/admission';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { listOwnVms } from '../../tools/store/own-vms.ts';
import { findVm } from '../../tools/store/vm-objects.ts';
import { worldOf } from '../../vm/lifecycle/world.sample.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';
import { storeTemplate } from '../snapshots/template.sample.ts';
import { createVm } from './create-vm.ts';

const op = { signal: new AbortController().signal, report: () => {} };

test('createVm: a VM boots if others refuse that it starts from a template, and is not there if it always shall', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'create-warm-'));
  try {
    const { host } = await worldOf(() => 0.5, dir);
    const spec = await storeTemplate(host.objects);
    const network = { ...host.network, validate: async () => {} } as VmPorts['network'];
    const request = { name: 'warm', spec, warm: 'always' as const };
    const before = await listOwnVms(host);
    const administration = host.administration.admittedBy({
      mutate: async ({ object }) => object,
      check: async ({ operation }: AdmittedWrite) => {
        if (operation !== 'CREATE') throw new ObjectError('FORBIDDEN', 'refused');
      },
    });
    const admitted = { ...host, network, administration, objects: administration.objects };
    await assert.rejects(createVm(request, admitted, op), { message: 'refused' });
    assert.deepEqual(await listOwnVms(host), before);
    const booting = await createVm({ ...request, name: 'cold', warm: 'auto' }, admitted, op);
    assert.deepEqual(
      (await listOwnVms(host)).map(({ metadata }) => metadata.name).toSorted(),
      ['cold', ...before.map(({ metadata }) => metadata.name)].toSorted(),
    );
    const { spec: stored } = await findVm(host.objects, booting.metadata.uid);
    assert.deepEqual([booting.spec.source, stored.source], [undefined, undefined]);
    const made = await createVm(request, { ...host, network }, op);
    assert.deepEqual(made.spec.source, { snapshot: 'made' });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
