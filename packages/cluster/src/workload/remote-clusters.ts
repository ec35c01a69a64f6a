import { ApiConnection } from '@ignite/toolkit/client/over-http/api-connection';
import { HttpObjectClient } from '@ignite/toolkit/client/over-http/http-object-client';
import { resourcePath } from '@ignite/toolkit/client/over-http/resource-path';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import * as v from 'valibot';
import type { Cluster } from '../kinds/cluster.ts';
import { readKeysFor, textIn } from './cluster-secrets.ts';
import { kubeconfigAccess } from '@ignite/toolkit/client/over-http/kubeconfig-access';
import { pods, secrets } from './node.ts';
import { RemoteEtcd, controlPlaneEndpoints } from './remote-etcd.ts';
import { certificateEndMs } from './server-certificate.ts';
import type { WorkloadCluster, WorkloadClusters } from './workload-cluster.ts';

/** How long it holds that an API server answers, or does not. */
const probeMs = 10_000;
const silenceMs = 5_000;

interface Connected extends Disposable {
  /** The version of the Secret with the kubeconfig. */
  readonly version: string;
  readonly connection: ApiConnection;
  readonly cluster: WorkloadCluster;
  probedMs: number;
  answers: boolean;
}

/** The clusters as they are reached over the network, with the kubeconfigs in their Secrets. */
export class RemoteClusters implements WorkloadClusters, Disposable {
  readonly #client: ObjectClient;
  readonly #clock: Clock;
  readonly #connected = new Map<string, Connected>();

  constructor(client: ObjectClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async of(cluster: Cluster, signal: AbortSignal): Promise<WorkloadCluster | undefined> {
    const connected = await this.#connect(cluster, signal);
    if (!connected) return undefined;
    if (this.#clock.now() - connected.probedMs >= probeMs) {
      connected.answers = await answers(connected.connection, signal);
      connected.probedMs = this.#clock.now();
    }
    return connected.answers ? connected.cluster : undefined;
  }

  /** Ends the connection to a cluster. */
  forget({ metadata: { uid } }: KubeObject): void {
    this.#connected.get(uid)?.[Symbol.dispose]();
    this.#connected.delete(uid);
  }

  [Symbol.dispose](): void {
    for (const connected of this.#connected.values()) connected[Symbol.dispose]();
    this.#connected.clear();
  }

  async #connect(cluster: Cluster, signal: AbortSignal): Promise<Connected | undefined> {
    const { namespace, name, uid } = cluster.metadata;
    const secret = await objectsOf(this.#client, secrets).find(
      { namespace, name: `${name}-kubeconfig` },
      { signal },
    );
    const version = secret?.metadata.resourceVersion ?? '';
    const current = (): Connected | undefined => {
      const known = this.#connected.get(uid);
      return known?.version === version ? known : undefined;
    };
    if (current()) return current();
    // A cluster whose etcd is elsewhere has the key of no authority of one.
    const [ca, etcd] = await Promise.all(
      (['ca', 'etcd'] as const).map((purpose) =>
        readKeysFor(this.#client, { namespace, clusterName: name }, purpose, signal),
      ),
    );
    // Another one may have connected meanwhile.
    if (current()) return current();
    this.forget(cluster);
    const access = secret && kubeconfigAccess(textIn(secret, 'value') ?? '');
    if (!access) return undefined;
    const connection = new ApiConnection(access);
    const objects = new HttpObjectClient(access);
    const made: Connected = {
      version,
      connection,
      cluster: {
        objects,
        evict: async (pod, until) => await evict(connection, pod, until),
        certificateEndMs: async (server, until) =>
          await certificateEndMs(server, ca?.certificate ?? '', until),
        resourceOf: async (kind, until) => await resourceOf(connection, kind, until),
        etcd: new RemoteEtcd({
          endpoints: controlPlaneEndpoints(objects),
          authority: etcd ?? { certificate: '', key: '' },
          now: () => this.#clock.now(),
        }),
      },
      probedMs: Number.NEGATIVE_INFINITY,
      answers: false,
      [Symbol.dispose]: () => {
        connection[Symbol.dispose]();
        objects[Symbol.dispose]();
      },
    };
    this.#connected.set(uid, made);
    return made;
  }
}

async function answers(connection: ApiConnection, signal: AbortSignal): Promise<boolean> {
  try {
    await connection.call({ method: 'GET', path: '/version', silenceMs, signal });
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

const resourceListSchema = v.object({
  resources: v.array(v.object({ name: v.string(), kind: v.string(), namespaced: v.boolean() })),
});

/** Asks the cluster which kinds it serves (Kubernetes: discovery). */
async function resourceOf(
  connection: ApiConnection,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  signal: AbortSignal,
): Promise<{ readonly resource: string; readonly isNamespaced: boolean } | undefined> {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : [undefined, apiVersion];
  const parts = group === undefined ? ['api', version!] : ['apis', group, version!];
  const path = `/${parts.map(encodeURIComponent).join('/')}`;
  try {
    const { resources } = v.parse(resourceListSchema, await connection.call({ method: 'GET', path, signal }));
    const found = resources.find((each) => each.kind === kind && !each.name.includes('/'));
    return found && { resource: found.name, isNamespaced: found.namespaced };
  } catch (failure) {
    if (hasCode(failure, 'NOT_FOUND')) return undefined;
    throw failure;
  }
}

/** A disruption budget that forbids an eviction now answers that there are too many requests. */
async function evict(
  connection: ApiConnection,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<boolean> {
  const content = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } };
  const path = resourcePath(pods, { namespace, name, subresource: 'eviction' });
  try {
    await connection.call({ method: 'POST', path, body: { type: 'application/json', content }, signal });
    return true;
  } catch (failure) {
    if (hasCode(failure, 'NOT_FOUND')) return true;
    if (hasCode(failure, 'SERVER_BUSY')) return false;
    throw failure;
  }
}
