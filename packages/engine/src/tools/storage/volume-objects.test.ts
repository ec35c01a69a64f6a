import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ClientOperation } from '@ignite/api/client/progress';
import { apiVersion, group } from '@ignite/api/v1/group';
import type { Volume } from '@ignite/api/v1/volume';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import type { AdmittedWrite } from '@ignite/toolkit/client/admission';
import type { Runner } from '@ignite/toolkit/process/runner';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { bytes } from '@ignite/toolkit/units/bytes';
import { volumeDir, volumeFile } from '../host/paths.ts';
import { volumesIn } from '../store/kind-clients.ts';
import { volumeFinalizer } from '../store/list-objects.ts';
import { objectProblem } from '../store/object-problem.ts';
import { StoreAdministration } from '../store/store-administration.ts';
import { type VolumeDeps, changeVolume, createVolume, ensureVolume, removeVolume } from './volume-objects.ts';

const size = bytes(2 ** 24);
const key = { namespace: 'default', name: 'data' };
const user = sampleVm({ spec: { storage: { volumes: [{ name: 'x', volume: { name: 'data' } }] } } });
const op: ClientOperation = { report: () => {}, signal: AbortSignal.timeout(10_000) };

const self = { name: 'a', isAlone: true };
const runner: Runner = { run: () => Promise.resolve({ stdout: '', stderr: '' }) };

const dir = await mkdtemp(join(tmpdir(), 'ignite-volumes-'));
after(() => rm(dir, { recursive: true, force: true }));

const paths = { dataDir: dir, runDir: dir };

function portsOf(store: MemoryStore) {
  const administration = new StoreAdministration(store, { paths, self });
  return { paths, objects: administration.objects, administration, runner, self };
}

/** Returns a host with a volume, and the path of its file. */
async function hostWith(
  key: { readonly namespace: string; readonly name: string },
  store: MemoryStore,
): Promise<VolumeDeps & { readonly file: string }> {
  const file = volumeFile(paths, key);
  await mkdir(volumeDir(paths, key), { recursive: true });
  await writeFile(file, 'data');
  const ports = portsOf(store);
  await volumesIn(ports.objects).create({
    metadata: { ...key, uid: '1', finalizers: [volumeFinalizer] },
    spec: { size },
    status: { path: file, usedBy: [] },
  });
  return { ...ports, file };
}

/** Returns a host with a volume that a client of the API has deleted. */
async function hostWithDeleted(store: MemoryStore): ReturnType<typeof hostWith> {
  const host = await hostWith(key, store);
  await volumesIn(host.objects).delete(key);
  return host;
}

test('ensureVolume: a deleted volume that a VM names is not made anew, and keeps its data', async () => {
  using store = new MemoryStore();
  const host = await hostWithDeleted(store);
  await store.create(user);
  await assert.rejects(ensureVolume(key, undefined, host, op), { code: 'VOLUME_IN_USE', message: /"web"/ });
  assert.ok(existsSync(host.file));
  assert.ok(await volumesIn(host.objects).find(key));
});

test('ensureVolume: the VM that names a deleted volume may have a damaged record', async () => {
  using store = new MemoryStore({ problemOf: ({ kind }) => (kind === 'VM' ? 'damaged' : undefined) });
  const host = await hostWithDeleted(store);
  await store.create(user);
  await assert.rejects(ensureVolume(key, undefined, host, op), { code: 'VOLUME_IN_USE' });
  assert.ok(existsSync(host.file));
});

test('createVolume: a deleted volume keeps its data until it is removed itself, although no VM names it', async () => {
  using store = new MemoryStore();
  const host = await hostWithDeleted(store);
  await assert.rejects(createVolume({ ...key, spec: { size } }, host, op), {
    code: 'VOLUME_IN_USE',
    message: 'volume "data" is being removed, but its data is still there',
    hint: /ignite volume rm -f data/,
  });
  assert.equal(await readFile(host.file, 'utf8'), 'data');
  await removeVolume((await volumesIn(host.objects).find(key))!, host);
  const made = await createVolume({ ...key, spec: { size } }, host, op);
  assert.notEqual(made.metadata.uid, '1');
});

test('ensureVolume: a removal that was cut short is finished if no VM names the volume', async () => {
  using store = new MemoryStore();
  const host = await hostWithDeleted(store);
  await rm(host.file);
  const made = await ensureVolume(key, size, host, op);
  assert.notEqual(made.metadata.uid, '1');
  assert.ok(!(await readFile(host.file, 'utf8')).startsWith('data'));
});

test('ensureVolume, removeVolume: a volume of another name that falls together with one on the host leaves its file alone', async () => {
  using store = new MemoryStore();
  const host = await hostWith({ namespace: 'prod', name: 'data' }, store);
  for (const [odd, isRemoved] of [
    [{ namespace: 'default', name: 'data.prod' }, true],
    [{ namespace: 'default', name: '../volumes/data.prod' }, false],
    [{ namespace: '/../data.prod', name: 'x' }, false],
  ] as const) {
    await assert.rejects(ensureVolume(odd, size, host, op), { code: 'VOLUME_INVALID' });
    const put = await store.create({
      ...{ apiVersion, kind: 'Volume' },
      metadata: { ...odd, uid: '2', finalizers: [volumeFinalizer] },
      spec: { size },
      status: { path: '', usedBy: [] },
    });
    const removal = removeVolume(put as Volume, host);
    if (isRemoved) await removal;
    else await assert.rejects(removal, { code: 'BAD_REQUEST' });
    const { items } = await store.list({ group, kind: 'Volume' });
    assert.equal(
      items.some(({ metadata }) => metadata.name === odd.name),
      !isRemoved,
    );
    assert.equal(await readFile(host.file, 'utf8'), 'data');
  }
});

test('ensureVolume: what a client of the API declares is made at its first use, and removed with its file', async () => {
  using store = new MemoryStore({ problemOf: objectProblem });
  const host = portsOf(store);
  const declared = { namespace: 'default', name: 'declared' };
  const volumes = { group, version: 'v1', resource: 'volumes' };
  const client = host.administration.served();
  const create = () =>
    client.create(volumes, { apiVersion, kind: 'Volume', metadata: declared, spec: { size: '32MiB' } });
  await create();
  const made = await ensureVolume(declared, undefined, host, op);
  const path = volumeFile(paths, declared);
  assert.deepEqual([made.metadata.finalizers, made.status.path], [[volumeFinalizer], path]);
  assert.equal((await stat(path)).size, 2 ** 25);
  await removeVolume(made, host);
  assert.ok(!existsSync(path));

  await create();
  await removeVolume((await volumesIn(host.objects).find(declared))!, host);
  assert.equal(await volumesIn(host.objects).find(declared), undefined);
});

test('createVolume: nothing is made in a namespace that is being deleted', async () => {
  using store = new MemoryStore();
  const name = 'leaving';
  const metadata = { name, namespace: '', uid: 'n', finalizers: ['example.org/hold'] };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata };
  await store.create(namespace);
  await store.delete({ group: '', kind: 'Namespace', namespace: '', name });
  const host = portsOf(store);
  const request = { namespace: name, name: 'new', spec: { size } };
  await assert.rejects(createVolume(request, host, op), {
    code: 'NAMESPACE_LEAVING',
  });
  assert.ok(!existsSync(volumeFile(paths, request)));
  assert.ok(await createVolume({ ...request, namespace: 'stays' }, host, op));
});

test('a volume that others refuse has no file, and one whose change they refuse keeps its size', async () => {
  using store = new MemoryStore();
  const known = { namespace: 'default', name: 'known' };
  const { file, administration, ...host } = await hostWith(known, store);
  const admission = {
    mutate: async ({ object }: AdmittedWrite) => object,
    check: async (): Promise<never> => {
      throw new Error('refused');
    },
  };
  const admitting = (administration as StoreAdministration).admittedBy(admission);
  const deps = { ...host, administration: admitting, objects: admitting.objects };
  const refused = { namespace: 'default', name: 'refused' };
  await assert.rejects(createVolume({ ...refused, spec: { size } }, deps, op), { message: 'refused' });
  assert.equal(existsSync(volumeDir(paths, refused)), false);
  const volume = await volumesIn(host.objects).get(known);
  await assert.rejects(changeVolume(volume, { spec: { size: bytes(2 ** 25) } }, deps, op), {
    message: 'refused',
  });
  assert.equal((await stat(file)).size, 4);
});
