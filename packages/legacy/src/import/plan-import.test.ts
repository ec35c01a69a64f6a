import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vmSpecSchema } from '@ignite/api/v1/vm';
import * as v from 'valibot';
import type { LegacyObject, LegacyVm } from './legacy-tree.ts';
import { type ImportFacts, planImport } from './plan-import.ts';

const object = (uid: string, name: string): LegacyObject => ({
  uid,
  dir: `/old/${uid}`,
  name,
  labels: {},
  annotations: {},
  spec: { oci: name },
});
const vm = (uid: string, name: string, image = 'ubuntu:latest', oci?: string): LegacyVm => ({
  ...object(uid, name),
  spec: v.parse(vmSpecSchema, { image: { oci: image }, kernel: oci === undefined ? {} : { oci } }),
});

const nothing: ImportFacts = {
  tree: { images: [], kernels: [], vms: [], broken: [] },
  known: { Image: [], Kernel: [], VM: [] },
  alive: new Set(),
};
const tree = {
  images: [object('1a', 'ubuntu:latest'), object('1b', 'centos:8')],
  kernels: [object('2a', 'me/kernel:1')],
  vms: [vm('3a', 'web'), vm('3b', 'db', 'centos:8', 'me/kernel:1')],
  broken: [{ kind: 'VM', uid: '3f', problem: 'no JSON' }],
} as const;
const plan = (facts: Partial<ImportFacts>) =>
  planImport({ ...nothing, tree, ...facts }).map((step) => {
    const { kind, action, name } = step;
    return [kind, action, name, 'note' in step ? step.note : undefined];
  });

test('planImport: images and kernels before VMs; what is broken is told of', () => {
  assert.deepEqual(plan({}), [
    ['Image', 'import', 'ubuntu:latest', undefined],
    ['Image', 'import', 'centos:8', undefined],
    ['Kernel', 'import', 'me/kernel:1', undefined],
    ['VM', 'import', 'web', undefined],
    ['VM', 'import', 'db', undefined],
    ['VM', 'refuse', '', 'no JSON'],
  ]);
});

test('planImport: VMs that are named come with their images and kernels alone', () => {
  assert.deepEqual(
    plan({ only: ['db'] }).map(([, , name]) => name),
    ['centos:8', 'me/kernel:1', 'db'],
  );
  assert.deepEqual(
    plan({ only: ['3a', '3f'] }).map(([, , name]) => name),
    ['ubuntu:latest', 'web', ''],
  );
});

test('planImport: what was imported before is left alone', () => {
  const known = {
    Image: tree.images.map(({ uid, name }) => ({ uid, name })),
    Kernel: [{ uid: '2a', name: 'me/kernel:1' }],
    VM: [{ uid: '3a', name: 'renamed' }],
  };
  assert.deepEqual(
    plan({ known }).map(([, action]) => action),
    ['present', 'present', 'present', 'present', 'import', 'refuse'],
  );
});

test('planImport: an image whose name is taken gets another, for VMs need that very one; a VM does not', () => {
  const known = {
    Image: [{ uid: '9a', name: 'ubuntu:latest' }],
    Kernel: [],
    VM: [{ uid: '9b', name: 'web' }],
  };
  const steps = plan({ known });
  assert.deepEqual(steps[0], ['Image', 'import', 'ubuntu:latest-1a', 'ubuntu:latest already exists']);
  assert.deepEqual(steps[3], ['VM', 'refuse', 'web', 'another VM is named web']);
});

test('planImport: a VM that runs, has no image, or a name that cannot be is refused; dots become dashes', () => {
  const odd = {
    ...tree,
    broken: [],
    vms: [vm('3a', 'web'), vm('3b', 'x', 'none:1'), vm('3c', 'a.b'), vm('3d', 'a_b'), vm('3e', 'a-b')],
  };
  assert.deepEqual(plan({ tree: odd, alive: new Set(['3a']) }).slice(3), [
    ['VM', 'refuse', 'web', 'still running under the original Ignite: stop it there first'],
    ['VM', 'refuse', 'x', 'its image none:1 is missing'],
    ['VM', 'import', 'a-b', 'its name was a.b'],
    ['VM', 'refuse', 'a_b', 'its name is not a valid host name'],
    ['VM', 'refuse', 'a-b', 'another VM is named a-b'],
  ]);
});
