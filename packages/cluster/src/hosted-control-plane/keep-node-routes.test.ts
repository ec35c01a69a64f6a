import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { kinds } from '../kinds/kinds.ts';
import type { Work } from '../runtime/controller.ts';
import { Objects } from '../runtime/objects.ts';
import { nodes } from '../workload/node.ts';
import type { WorkloadCluster } from '../workload/workload-cluster.ts';
import { sampleNetwork } from './hosted.sample.ts';
import { keepNodeRoutes } from './keep-node-routes.ts';

const programs = [{ name: 'kube-apiserver', image: 'kube-apiserver:v1.35.4', command: ['kube-apiserver'] }];

/** The pods of two replicas, and the nodes of their cluster. */
async function open() {
  const stop = new AbortController();
  const client = new StoreObjectClient(new MemoryStore(), kinds.map(servedKindOf));
  const served = [{ ...nodes, isNamespaced: false, hasStatus: false }];
  const workload = new StoreObjectClient(new MemoryStore(), served);
  const clock = { now: () => 0, sleep: async () => {} };
  const log = (): void => {};
  const objects = new Objects({ client, clock, log, signal: stop.signal });
  for (const name of ['a', 'b'])
    await objects.create(hostPodKind, { metadata: { name, namespace: 'default' }, spec: { programs } });
  const pods = async () =>
    (await objects.inNamespace(hostPodKind, 'default')).toSorted((x, y) =>
      x.metadata.name < y.metadata.name ? -1 : 1,
    );
  const reached = { objects: workload } as unknown as WorkloadCluster;
  const keepOne = async (cluster = reached): Promise<void> =>
    await keepNodeRoutes(
      await pods(),
      sampleNetwork,
      cluster,
      { objects, log } as unknown as Work,
      stop.signal,
    );
  /** The host looks at all pods. */
  const see = async (): Promise<void> => {
    for (const pod of await pods())
      await objects.writeStatus(hostPodKind, {
        ...pod,
        status: { ...pod.status, observedGeneration: pod.metadata.generation },
      });
  };
  await see();
  return {
    workers: objectsOf(workload, nodes),
    pods,
    ...{ keepOne, see },
    keep: async (cluster = reached) => {
      for (let each = 0; each < 2; each += 1) {
        await keepOne(cluster);
        await see();
      }
    },
    routes: async () =>
      (await pods()).map(({ spec }) => spec.routes?.map(({ to, via }) => `${to} ${via}`).join(', ')),
    [Symbol.dispose]: () => stop.abort(),
  };
}

const at = (address: string) => ({ addresses: [{ type: 'InternalIP', address }] });

test('all pods have routes to the Pods of the nodes, which come, move and go', async () => {
  using opened = await open();
  const { keep, routes, workers } = opened;
  await keep();
  assert.deepEqual(await routes(), [undefined, undefined]);
  for (const [name, network, address] of [
    ['a', '10.244.0.0/24', '10.61.0.3'],
    ['b', '10.244.1.0/24', '10.61.0.4'],
  ] as const)
    await workers.create({ metadata: { name }, spec: { podCIDRs: [network] }, status: at(address) });
  await keep();
  const both = '10.244.0.0/24 10.61.0.3, 10.244.1.0/24 10.61.0.4';
  assert.deepEqual(await routes(), [both, both]);
  const versions = async () => (await opened.pods()).map(({ metadata }) => metadata.resourceVersion);
  const before = await versions();
  await keep();
  assert.deepEqual(await versions(), before, 'what is as it should be is not written again');
  await workers.modify({ name: 'a' }, (now) => ({ ...now, status: at('10.61.0.7') }));
  await workers.delete({ name: 'b' });
  await keep();
  assert.deepEqual(await routes(), ['10.244.0.0/24 10.61.0.7', '10.244.0.0/24 10.61.0.7']);
  await workers.delete({ name: 'a' });
  await keep();
  assert.deepEqual(await routes(), ['', '']);
});

test('as long as the nodes cannot be told, routes stay as they are', async () => {
  using opened = await open();
  const { keep, routes, workers } = opened;
  const spec = { podCIDRs: ['10.244.0.0/24'] };
  await workers.create({ metadata: { name: 'a' }, spec, status: at('10.61.0.3') });
  await keep();
  const before = await routes();
  const list = () => Promise.reject(new Error('the API server does not answer'));
  await keep({ objects: { list } } as unknown as WorkloadCluster);
  assert.deepEqual(await routes(), before);
});

test('one pod at a time gets other routes, the next one when the host has looked at it', async () => {
  using opened = await open();
  const { keepOne, see, routes, workers } = opened;
  await workers.create({
    ...{ metadata: { name: 'a' }, spec: { podCIDRs: ['10.244.0.0/24'] } },
    status: at('10.61.0.3'),
  });
  const to = '10.244.0.0/24 10.61.0.3';
  await keepOne();
  assert.deepEqual(await routes(), [to, undefined]);
  await keepOne();
  assert.deepEqual(await routes(), [to, undefined]);
  await see();
  await keepOne();
  assert.deepEqual(await routes(), [to, to]);
});
