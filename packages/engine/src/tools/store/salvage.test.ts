import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiVersion, group } from '@ignite/api/v1/group';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { objectProblem } from './object-problem.ts';
import type { SalvagedKind } from '@ignite/api/client/salvaged-kind';
import { mendRecord, salvaged } from './salvage.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const id = 'b'.repeat(64);
const text = `{"kind":"VM","metadata":{"name":"web","uid":"0123456789abcdef"},"spec":{"storage":{"volumes":[{"name":"x","volume":{"name":"db"}}]}},"status":{"image":{"digest":"${digest}"},"kernel":{"id":"${id}","ver`;
const from = (kind: SalvagedKind, found = text) =>
  salvaged({ key: { group: '', kind, namespace: 'default', name: 'web' }, problem: '', text: found }, kind);

test('salvaged: what can still be read of a record says what belongs to it', () => {
  const { metadata, spec, status } = from('VM');
  assert.equal(metadata.uid, '0123456789abcdef');
  assert.deepEqual(status, {
    phase: 'Failed',
    message: 'its record was damaged, and most of it is lost',
    image: { digest, bootMode: 'init' },
    kernel: { id, version: '' },
  });
  assert.deepEqual((spec as { storage: { volumes: unknown } }).storage.volumes, [
    { name: 'db', volume: { name: 'db' } },
  ]);
});

test('salvaged: what comes of any record, of none too, is an object that can be worked with', () => {
  const kinds: readonly SalvagedKind[] = ['VM', 'Image', 'Kernel', 'Volume', 'Host', 'GitSource', 'Sync'];
  for (const kind of kinds)
    for (const found of [text, '', 'null', '"uid":"../../etc"', '"volume":{"name":"../x"}']) {
      const object = from(kind, found) as KubeObject;
      assert.equal(objectProblem(object), undefined, `${kind} ${found}`);
      assert.deepEqual([object.metadata.labels, object.metadata.annotations], [{}, {}]);
    }
  assert.match(from('VM', '"uid":"../../etc"').metadata.uid, /^[0-9a-f]{16}$/);
});

test('mendRecord: of a shared store, a host mends the record of its own VM, or of one whose host is not legible', async () => {
  const store = new MemoryStore({ problemOf: objectProblem });
  for (const [name, hostName] of [
    ['mine', 'a'],
    ['theirs', 'b'],
    ['loose', undefined],
  ] as const)
    await store.create({
      ...sampleVm({ name, uid: name, spec: hostName === undefined ? {} : { hostName } }),
      status: { phase: 'Lost' },
    });
  const own = { store, self: { name: 'a', isAlone: false } };
  await assert.rejects(mendRecord('VM', 'theirs', own), { code: 'VM_ELSEWHERE' });
  for (const name of ['mine', 'loose', 'nothing']) await mendRecord('VM', name, own);
  const { items, broken } = await store.list({ group: 'ignite.weave.works', kind: 'VM' });
  assert.deepEqual(
    items.map(({ metadata, spec }) => [metadata.name, (spec as { hostName?: string }).hostName]),
    [
      ['loose', undefined],
      ['mine', 'a'],
    ],
  );
  assert.deepEqual(
    broken?.map(({ key }) => key.name),
    ['theirs'],
  );
});

test('mendRecord: a name alone means the record in the default namespace', async () => {
  const store = new MemoryStore({ problemOf: objectProblem });
  const vm = { ...sampleVm({ name: 'web' }), status: { phase: 'Lost' } };
  for (const namespace of ['default', 'prod', 'test'])
    await store.create({ ...vm, metadata: { ...vm.metadata, namespace, uid: namespace } });
  const own = { store, self: { name: 'a', isAlone: true } };
  const mended = async (): Promise<readonly string[]> =>
    (await store.list({ group: 'ignite.weave.works', kind: 'VM' })).items.map(
      ({ metadata }) => metadata.namespace,
    );
  await mendRecord('VM', 'other/web', own);
  assert.deepEqual(await mended(), []);
  await mendRecord('VM', 'web', own);
  assert.deepEqual(await mended(), ['default']);
  await mendRecord('VM', 'web', own);
  assert.deepEqual(await mended(), ['default']);
  await mendRecord('VM', 'prod/web', own);
  assert.deepEqual(await mended(), ['default', 'prod']);
});

test('mendRecord: an image is known by its reference too', async () => {
  const store = new MemoryStore({ problemOf: objectProblem });
  const metadata = { name: 'nginx-1', namespace: '', uid: '1' };
  const spec = { reference: 'docker.io/library/nginx:1', oci: 'nginx:1' };
  await store.create({ apiVersion, kind: 'Image', metadata, spec });
  await mendRecord('Image', spec.reference, { store, self: { name: 'a', isAlone: true } });
  assert.equal((await store.list({ group, kind: 'Image' })).items.length, 1);
});
