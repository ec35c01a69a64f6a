import { EtcdClient } from '@ignite/toolkit/store/etcd/etcd-client';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { type KeyPair, clientCertificate } from './cluster-secrets.ts';
import { type Node, nodes } from './node.ts';
import type { Etcd, EtcdMember } from './workload-cluster.ts';

const port = 2379;
const timeoutMs = 10_000;

interface MemberList {
  readonly members?: readonly {
    readonly ID: string;
    readonly name?: string;
    readonly isLearner?: boolean;
    readonly clientURLs?: readonly string[];
  }[];
}

export interface RemoteEtcdOptions {
  /** The objects of the cluster, whose nodes say where the members are. */
  readonly objects: ObjectClient;
  /** The authority of etcd, which signs the certificate that we show. */
  readonly authority: KeyPair;
  readonly now: () => number;
}

/** The etcd of a control plane as it is reached from here: at the addresses of its nodes, through the JSON gateway. */
export class RemoteEtcd implements Etcd {
  readonly #options: RemoteEtcdOptions;

  constructor(options: RemoteEtcdOptions) {
    this.#options = options;
  }

  async members(signal: AbortSignal): Promise<readonly EtcdMember[]> {
    using client = this.#client(await this.#endpoints(signal));
    const { members = [] } = await client.call<MemberList>('/v3/cluster/member/list', {}, { signal });
    return await Promise.all(
      members.map(async ({ ID, name = '', isLearner = false, clientURLs = [] }) => ({
        ...{ id: ID, name, isLearner },
        isHealthy: await this.#isHealthy(clientURLs, signal),
      })),
    );
  }

  async remove(id: string, signal: AbortSignal): Promise<void> {
    using client = this.#client(await this.#endpoints(signal));
    await client.call('/v3/cluster/member/remove', { ID: id }, { signal });
  }

  /** Only the leader can hand over, so each member is asked. One that does not answer does not lead. */
  async moveLeader(to: string, signal: AbortSignal): Promise<void> {
    for (const endpoint of await this.#endpoints(signal)) {
      using client = this.#client([endpoint]);
      const status = await statusOf(client, signal);
      if (status?.leader === to) return;
      if (!status || status.leader !== status.header.member_id) continue;
      await client.call('/v3/maintenance/transfer-leadership', { targetID: to }, { signal });
      return;
    }
  }

  async #isHealthy(endpoints: readonly string[], signal: AbortSignal): Promise<boolean> {
    if (endpoints.length === 0) return false;
    using client = this.#client(endpoints);
    const status = await statusOf(client, signal);
    return status !== undefined && (status.errors ?? []).length === 0;
  }

  #client(endpoints: readonly string[]): EtcdClient {
    const { authority, now } = this.#options;
    const { certificate, key } = clientCertificate(authority, { name: 'ignite', nowMs: now() });
    return new EtcdClient({
      endpoints,
      tls: { ca: authority.certificate, cert: certificate, key },
      timeoutMs,
    });
  }

  async #endpoints(signal: AbortSignal): Promise<readonly string[]> {
    const all = new KindClient<Node>(this.#options.objects, { ...nodes, decode: (stored) => stored as Node });
    const labels = [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' } as const];
    const { items } = await all.list({ labels, signal });
    const addresses = items
      .flatMap(({ status }) => status?.addresses ?? [])
      .filter(({ type }) => type === 'InternalIP');
    return addresses.map(
      ({ address }) => `https://${address.includes(':') ? `[${address}]` : address}:${port}`,
    );
  }
}

interface MemberStatus {
  readonly leader: string;
  readonly header: { readonly member_id: string };
  readonly errors?: readonly string[];
}

/** Asks a member how it is; `undefined` if it does not answer. */
async function statusOf(client: EtcdClient, signal: AbortSignal): Promise<MemberStatus | undefined> {
  try {
    return await client.call<MemberStatus>('/v3/maintenance/status', {}, { signal });
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
