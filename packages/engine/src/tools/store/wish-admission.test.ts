import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import type { Admission, AdmittedWrite } from '@ignite/toolkit/client/admission';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { hostsIn, vmsIn } from './kind-clients.ts';
import { StoreAdministration } from './store-administration.ts';
import { changeVm, changeVmStatus, vmFinalizer } from './vm-objects.ts';

const key = { namespace: 'default', name: 'web' };
const { spec } = sampleVm();
const web = { metadata: { ...key, uid: '0123456789abcdef', finalizers: [vmFinalizer] }, spec };

/** Returns the objects of a store in which an admission has a say, and those in which nobody has. */
function objectsWith(admission: Partial<Admission>) {
  const paths = { dataDir: tmpdir(), runDir: tmpdir() };
  const own = new StoreAdministration(new MemoryStore(), { paths, self: { name: 'a', isAlone: true } });
  const { objects } = own.admittedBy({
    mutate: async ({ object }) => object,
    check: async () => {},
    ...admission,
  });
  return { objects, own: own.objects };
}

const refuse = async (): Promise<never> => {
  throw new Error('refused');
};

test('others have a say in what is wanted of an object, and not in what is recorded of it', async () => {
  const asked: string[] = [];
  const check = async ({ operation, kind, dryRun }: AdmittedWrite): Promise<void> =>
    void asked.push(`${operation} ${kind.resource}${dryRun ? ' (dry run)' : ''}`);
  const { objects, own } = objectsWith({ check });
  const sees = async (write: () => Promise<unknown>): Promise<readonly string[]> => {
    await write();
    return asked.splice(0);
  };
  await vmsIn(own).create(web);
  const vm = await vmsIn(own).get(key);
  assert.deepEqual(
    await sees(() => changeVmStatus(objects, vm, (now) => ({ ...now.status, phase: 'Stopped' }))),
    [],
  );
  const { metadata } = await vmsIn(own).get(key);
  assert.deepEqual(
    await sees(() => changeVm(objects, vm, () => ({ finalizers: [...metadata.finalizers, 'a/b'] }))),
    [],
  );
  for (const change of [
    (now: typeof vm) => ({ spec: { ...now.spec, cpus: 2 } }),
    () => ({ labels: { tier: 'front' } }),
    () => ({ annotations: { note: 'x' } }),
  ])
    assert.deepEqual(await sees(() => changeVm(objects, vm, change)), ['UPDATE vms']);
  assert.deepEqual(
    await sees(() => changeVm(objects, vm, () => ({ labels: { tier: 'back' } }), { dryRun: true })),
    ['UPDATE vms (dry run)'],
  );
  assert.deepEqual(
    await sees(() => vmsIn(objects).create({ ...web, metadata: { ...web.metadata, name: 'db', uid: 'b' } })),
    ['CREATE vms'],
  );
  assert.deepEqual(await sees(() => vmsIn(objects).delete(key)), ['DELETE vms']);
  assert.deepEqual(await sees(() => vmsIn(own).delete({ ...key, name: 'db' })), []);
});

test('what others refuse is not written', async () => {
  const { objects, own } = objectsWith({ check: refuse });
  const vm = await vmsIn(own).create(web);
  await assert.rejects(vmsIn(objects).create({ ...web, metadata: { name: 'db', namespace: 'default' } }), {
    message: 'refused',
  });
  await assert.rejects(
    changeVm(objects, vm, () => ({ labels: { tier: 'front' } })),
    { message: 'refused' },
  );
  await assert.rejects(vmsIn(objects).delete(key), { message: 'refused' });
  assert.deepEqual(await vmsIn(own).get(key), vm);
  assert.equal(await vmsIn(own).find({ ...key, name: 'db' }), undefined);
});

test('whoever has made an object may undo that, although others refuse that it is deleted', async () => {
  const check = async ({ operation }: AdmittedWrite): Promise<void> =>
    void (operation === 'DELETE' && (await refuse()));
  const { objects, own } = objectsWith({ check });
  await vmsIn(objects).create({ ...web, metadata: { ...web.metadata, finalizers: [] } });
  await vmsIn(objects).delete(key);
  await hostsIn(own).create({ metadata: { name: 'lost' }, spec: {} });
  await assert.rejects(hostsIn(objects).delete({ name: 'lost' }), { message: 'refused' });
});

test('whoever has changed an object may make it again what it was, and nothing else', async () => {
  let isOpen = true;
  const check = async (): Promise<void> => void (isOpen || (await refuse()));
  const { objects, own } = objectsWith({ check });
  const vm = await vmsIn(own).create({ ...web, metadata: { ...web.metadata, labels: { tier: 'front' } } });
  const changed = await changeVm(objects, vm, (now) => ({
    spec: { ...now.spec, cpus: 2 },
    labels: {},
    annotations: { note: 'x' },
  }));
  isOpen = false;
  const others = [
    { spec: { ...vm.spec, cpus: 3 } },
    { labels: { tier: 'back' } },
    { annotations: { note: 'y' } },
  ];
  for (const other of others)
    await assert.rejects(
      changeVm(objects, changed, () => other),
      { message: 'refused' },
    );
  await assert.rejects(vmsIn(objects).delete(key), { message: 'refused' });
  const back = await changeVm(objects, changed, () => ({ spec: vm.spec, labels: vm.metadata.labels }));
  assert.deepEqual(
    [back.spec, back.metadata.labels, back.metadata.annotations],
    [vm.spec, { tier: 'front' }, { note: 'x' }],
  );
});

test('what others make of an object follows the rules of its kind', async () => {
  let patch: object = { cpus: 3, network: {} };
  const mutate = async ({ object }: AdmittedWrite): Promise<KubeObject> => ({
    ...object!,
    spec: { ...(object!['spec'] as object), ...patch },
  });
  const { objects } = objectsWith({ mutate });
  const made = await vmsIn(objects).create(web);
  assert.equal(made.spec.cpus, 3);
  assert.deepEqual(made.spec.network.ports, []);
  patch = { cpus: 0 };
  await assert.rejects(
    changeVm(objects, made, () => ({ labels: { tier: 'front' } })),
    { code: 'INVALID', message: /spec\.cpus/ },
  );
});
