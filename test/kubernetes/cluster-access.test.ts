import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { RemoteClusters } from '../../packages/cluster/src/workload/remote-clusters.ts';
import type { Cluster } from '../../packages/cluster/src/kinds/cluster.ts';
import { servedKindOf } from '../../packages/toolkit/src/client/over-store/served-kind-of.ts';
import { StoreObjectClient } from '../../packages/toolkit/src/client/over-store/store-object-client.ts';
import { systemClock } from '../../packages/toolkit/src/clock/clock.ts';
import { coreKinds } from '../../packages/toolkit/src/core/kinds.ts';
import { MemoryStore } from '../../packages/toolkit/src/store/memory.ts';
import { CannotBuild } from './fixtures/go-program.ts';
import { type KubeApiServer, startKubeApiServer } from './fixtures/kube-api-server.ts';

const secrets = { group: '', version: 'v1', resource: 'secrets' };
const pods = { group: '', version: 'v1', resource: 'pods' };
const budgets = { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets' };
const nodes = { group: '', version: 'v1', resource: 'nodes' };

const server = await startKubeApiServer().catch((failure: unknown) => {
  if (failure instanceof CannotBuild) return failure;
  throw failure;
});
const skip = server instanceof CannotBuild && server.message;
after(async () => {
  if (!(server instanceof CannotBuild)) await server[Symbol.asyncDispose]();
});

/** The kubeconfig of a cluster as it is in its Secret, with its credentials in it. */
function kubeconfigOf({ url, dir }: KubeApiServer): string {
  const data = (name: string): string => readFileSync(join(dir, name)).toString('base64');
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'dev' },
    clusters: [{ name: 'dev', cluster: { server: url, 'certificate-authority-data': data('ca.crt') } }],
    contexts: [{ name: 'dev', context: { cluster: 'dev', user: 'admin' } }],
    users: [{ name: 'admin', user: { token: 'secret' } }],
  });
}

test(
  'a cluster is reached with the kubeconfig in its Secret, and its Pods leave as their budgets allow',
  { skip },
  async () => {
    const { signal } = new AbortController();
    const client = new StoreObjectClient(new MemoryStore(), coreKinds.map(servedKindOf));
    using clusters = new RemoteClusters(client, systemClock);
    const cluster = { metadata: { namespace: 'default', name: 'dev', uid: 'dev' } } as unknown as Cluster;
    assert.equal(await clusters.of(cluster, signal), undefined, 'there is no kubeconfig yet');
    await client.create(secrets, {
      ...{ apiVersion: 'v1', kind: 'Secret' },
      metadata: { namespace: 'default', name: 'dev-kubeconfig' },
      data: { value: Buffer.from(kubeconfigOf(server as KubeApiServer)).toString('base64') },
    });
    const workload = (await clusters.of(cluster, signal))!;
    assert.ok(workload);
    const { objects } = workload;
    const namespace = 'apps';
    await objects.create(
      { group: '', version: 'v1', resource: 'namespaces' },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    );
    await objects.create(
      { group: '', version: 'v1', resource: 'serviceaccounts' },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'default' } },
    );
    await objects.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } });
    for (const name of ['free', 'kept'])
      await objects.create(pods, {
        ...{ apiVersion: 'v1', kind: 'Pod' },
        metadata: { namespace, name, labels: { app: name } },
        spec: { nodeName: 'a', automountServiceAccountToken: false, containers: [{ name: 'a', image: 'a' }] },
      });
    await objects.create(budgets, {
      ...{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
      metadata: { namespace, name: 'kept' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'kept' } } },
    });
    const evict = async (name: string): Promise<boolean> => await workload.evict({ namespace, name }, signal);
    assert.equal(await evict('free'), true);
    assert.notEqual(
      (await objects.get({ ...pods, namespace, name: 'free' })).metadata.deletionTimestamp,
      undefined,
    );
    await objects.patch(
      { ...pods, namespace, name: 'kept' },
      {
        type: 'merge',
        changes: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
      },
      { subresource: 'status' },
    );
    assert.equal(await evict('kept'), false);
    assert.equal(await evict('gone'), true);
  },
);
