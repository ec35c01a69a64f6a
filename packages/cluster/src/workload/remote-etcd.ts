import { EtcdClient } from '@ignite/toolkit/store/etcd/etcd-client';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { type KeyPair, clientCertificate } from './cluster-secrets.ts';
import { type Node, nodes } from './node.ts';
import type { EtcdServers, ManagedMember } from './workload-cluster.ts';

const port = 2379;
const callMs = 20_000;
/** A member that is emulated, and starts, takes seconds to answer. */
const statusMs = 10_000;
const defaultStallMs = 60_000;

interface MemberList {
  readonly members?: readonly {
    readonly ID: string;
    readonly name?: string;
    readonly isLearner?: boolean;
    readonly peerURLs?: readonly string[];
    readonly clientURLs?: readonly string[];
  }[];
}

export interface RemoteEtcdOptions {
  /** Returns where members listen, such as `https://10.61.0.2:2379`. */
  readonly endpoints: (signal: AbortSignal) => Promise<readonly string[]>;
  /** The authority of etcd, which signs the certificate that we show. */
  readonly authority: KeyPair;
  readonly now: () => number;
  /** How long a snapshot may stand still. */
  readonly stallMs?: number;
}

/** An etcd as it is reached from here, through the JSON gateway of its members. */
export class RemoteEtcd implements EtcdServers {
  readonly #options: RemoteEtcdOptions;
  #identity: KeyPair | undefined;

  constructor(options: RemoteEtcdOptions) {
    this.#options = options;
  }

  async members(signal: AbortSignal): Promise<readonly ManagedMember[]> {
    const endpoints = await this.#options.endpoints(signal);
    const known = await this.#statuses(endpoints, signal);
    // A member that has lost the others would tell of those that it knew.
    const listing = { linearizable: true };
    const { members = [] } = await this.#ask<MemberList>(known, '/v3/cluster/member/list', listing, signal);
    const others = await this.#statuses(
      members.flatMap(({ clientURLs = [] }) => clientURLs).filter((url) => !endpoints.includes(url)),
      signal,
    );
    const statuses = [...known.values(), ...others.values()];
    return members.map(({ ID: id, name = '', isLearner = false, peerURLs = [] }) => {
      const status = statuses.find(({ header }) => header.member_id === id);
      return {
        ...{ id, name, isLearner, peerUrls: peerURLs },
        isHealthy: status !== undefined && knowsLeader(status),
        isLeader: status?.leader === id,
        alarms: alarmsIn(status, members),
        ...(status && { version: status.version }),
      };
    });
  }

  async addLearner(peerUrl: string, signal: AbortSignal): Promise<void> {
    await this.#change('/v3/cluster/member/add', { peerURLs: [peerUrl], isLearner: true }, signal);
  }

  async promote(id: string, signal: AbortSignal): Promise<void> {
    await this.#change('/v3/cluster/member/promote', { ID: id }, signal);
  }

  async announce(id: string, peerUrl: string, signal: AbortSignal): Promise<void> {
    await this.#change('/v3/cluster/member/update', { ID: id, peerURLs: [peerUrl] }, signal);
  }

  async remove(id: string, signal: AbortSignal): Promise<void> {
    await this.#change('/v3/cluster/member/remove', { ID: id }, signal);
  }

  /** Only the leader can hand over, so each member is asked. One that does not answer does not lead. */
  async moveLeader(to: string, signal: AbortSignal): Promise<void> {
    const statuses = await this.#statuses(await this.#options.endpoints(signal), signal);
    for (const [endpoint, { leader, header }] of statuses) {
      if (leader === to) return;
      if (leader !== header.member_id) continue;
      using client = this.#client([endpoint], callMs);
      await client.call('/v3/maintenance/transfer-leadership', { targetID: to }, { signal });
      return;
    }
  }

  /**
   * Takes a snapshot of the data, part by part, from a member that answers.
   * @throws CodedError ETCD_UNREACHABLE, ETCD_FAILED
   */
  async *snapshot(signal: AbortSignal): AsyncGenerator<Buffer> {
    const statuses = await this.#statuses(await this.#options.endpoints(signal), signal);
    using client = this.#client(votersOf(statuses), callMs);
    const { stallMs = defaultStallMs } = this.#options;
    const stall = new AbortController();
    const arm = (): NodeJS.Timeout => setTimeout(() => stall.abort(stalled(stallMs)), stallMs);
    let timer = arm();
    try {
      const ending = AbortSignal.any([signal, stall.signal]);
      for await (const part of client.stream<SnapshotPart>('/v3/maintenance/snapshot', {}, ending)) {
        if (part.error) throw brokenOff(part.error.message);
        // Whoever takes the snapshot may take his time.
        clearTimeout(timer);
        yield Buffer.from(part.result?.blob ?? '', 'base64');
        timer = arm();
      }
    } finally {
      clearTimeout(timer);
      stall.signal.throwIfAborted();
    }
  }

  async #change(path: string, body: object, signal: AbortSignal): Promise<void> {
    const statuses = await this.#statuses(await this.#options.endpoints(signal), signal);
    await this.#ask(statuses, path, body, signal);
  }

  /** Asks those members that have answered, so that nobody waits for others. */
  async #ask<T>(
    statuses: ReadonlyMap<string, MemberStatus>,
    path: string,
    body: object,
    signal: AbortSignal,
  ): Promise<T> {
    using client = this.#client(votersOf(statuses), callMs);
    return await client.call<T>(path, body, { signal });
  }

  /** Asks members how they are, all at once. Those that do not answer are left out. */
  async #statuses(
    endpoints: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, MemberStatus>> {
    const found = await Promise.all(
      endpoints.map(async (endpoint) => {
        using client = this.#client([endpoint], statusMs);
        return [endpoint, await statusOf(client, signal)] as const;
      }),
    );
    return new Map(found.flatMap(([endpoint, status]) => (status ? [[endpoint, status] as const] : [])));
  }

  #client(endpoints: readonly string[], timeoutMs: number): EtcdClient {
    const { authority, now } = this.#options;
    this.#identity ??= clientCertificate(authority, { name: 'ignite', nowMs: now() });
    const { certificate: cert, key } = this.#identity;
    return new EtcdClient({ endpoints, tls: { ca: authority.certificate, cert, key }, timeoutMs });
  }
}

/** Finds the members of a control plane, which listen at the addresses of its nodes. */
export const controlPlaneEndpoints =
  (objects: ObjectClient): RemoteEtcdOptions['endpoints'] =>
  async (signal) => {
    const all = new KindClient<Node>(objects, { ...nodes, decode: (stored) => stored as Node });
    const labels = [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' } as const];
    const { items } = await all.list({ labels, signal });
    return items
      .flatMap(({ status }) => status?.addresses ?? [])
      .filter(({ type }) => type === 'InternalIP')
      .map(({ address }) => etcdUrl(address, port));
  };

/** Returns the etcd whose members listen at some addresses, at the usual port. */
export const etcdAt =
  (now: () => number) =>
  (addresses: readonly string[], authority: KeyPair): EtcdServers =>
    new RemoteEtcd({
      endpoints: () => Promise.resolve(addresses.map((address) => etcdUrl(address, port))),
      ...{ authority, now },
    });

/** Pure. Returns the URL of a member, for its clients or its peers. */
export const etcdUrl = (address: string, at: number): string =>
  `https://${address.includes(':') ? `[${address}]` : address}:${at}`;

/**
 * Returns the members that can do what they are asked for. A learner answers for itself alone, and so does a member that knows
 * no leader.
 */
function votersOf(statuses: ReadonlyMap<string, MemberStatus>): readonly string[] {
  const voters = [...statuses].filter(([, status]) => !status.isLearner && knowsLeader(status));
  if (voters.length === 0)
    throw new CodedError('ETCD_UNREACHABLE', 'no member of etcd answers that knows its leader', {
      hint: 'check that its machines run, and reach each other',
    });
  return voters.map(([endpoint]) => endpoint);
}

const knowsLeader = ({ leader = '0' }: MemberStatus): boolean => leader !== '0';

/** Every member tells the alarms of all, such as `memberID:42 alarm:NOSPACE`, and those that are left of members that are gone. */
const alarmsIn = (
  status: MemberStatus | undefined,
  members: NonNullable<MemberList['members']>,
): readonly string[] =>
  (status?.errors ?? []).flatMap((each) => {
    const [, id, alarm] = /memberID:\s*(\d+)\s+alarm:\s*(\w+)/.exec(each) ?? [];
    const { name = '' } = members.find(({ ID }) => ID === id) ?? {};
    return alarm === undefined ? [] : [name === '' ? alarm : `${alarm} of ${name}`];
  });

const brokenOff = (why = ''): CodedError =>
  new CodedError('ETCD_FAILED', `etcd broke off its snapshot: ${why}`, { hint: 'see the log of etcd' });

const stalled = (ms: number): CodedError =>
  new CodedError('ETCD_UNREACHABLE', `no part of the snapshot has come for ${ms / 1_000} s`, {
    hint: 'check that the members run, and take it again',
  });

interface SnapshotPart {
  readonly result?: { readonly blob?: string };
  readonly error?: { readonly message?: string };
}

interface MemberStatus {
  /** Absent, or 0, as long as it knows none. */
  readonly leader?: string;
  readonly version: string;
  readonly isLearner?: boolean;
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
