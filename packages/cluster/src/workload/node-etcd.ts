import { type ClientKind, KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { type Node, isNodeReady, nodes } from './node.ts';
import type { Etcd, EtcdMember } from './workload-cluster.ts';

export type NodeEtcdErrorCode = 'CLUSTER_ETCD_MEMBER_STAYS';

const role = 'node-role.kubernetes.io/etcd';
const condition = 'EtcdIsVoter';
const removal = 'etcd.k3s.cattle.io/remove';
const removed = 'etcd.k3s.cattle.io/removed-node-name';
const pollMs = 1_000;
const patience = 30;

const nodeKind: ClientKind<Node> = { ...nodes, decode: (stored) => stored as Node };

/**
 * The etcd that is embedded in the servers of k3s. The nodes tell of its members, and a server of k3s removes the member
 * whose node asks for it. It chooses another leader by itself.
 */
export class NodeEtcd implements Etcd {
  readonly #nodes: KindClient<Node>;
  readonly #clock: Clock;

  constructor(objects: ObjectClient, clock: Clock) {
    this.#nodes = new KindClient(objects, nodeKind);
    this.#clock = clock;
  }

  async members(signal: AbortSignal): Promise<readonly EtcdMember[]> {
    const { items } = await this.#nodes.list({ labels: [{ key: role, operator: 'Exists' }], signal });
    return items.flatMap(memberOf);
  }

  /** @throws CodedError CLUSTER_ETCD_MEMBER_STAYS */
  async remove(id: string, signal: AbortSignal): Promise<void> {
    const asked = await this.#nodes.find({ name: id }, { signal });
    if (!asked) return;
    await this.#nodes.modify(
      { name: id },
      (node) => ({
        ...node,
        metadata: { ...node.metadata, annotations: { ...node.metadata.annotations, [removal]: 'true' } },
      }),
      { signal },
    );
    for (let left = patience; left > 0; left -= 1) {
      const node = await this.#nodes.find({ name: id }, { signal });
      if (!node || memberOf(node).length === 0) return;
      await this.#clock.sleep(pollMs, signal);
    }
    throw new CodedError<NodeEtcdErrorCode>(
      'CLUSTER_ETCD_MEMBER_STAYS',
      `k3s has not removed the member of node ${id} from etcd`,
      { hint: 'the servers of k3s say why in their logs: journalctl -u k3s' },
    );
  }

  async moveLeader(): Promise<void> {}
}

/** Pure. Returns the member that a node has. */
function memberOf(node: Node): readonly EtcdMember[] {
  const { name, annotations } = node.metadata;
  const { status, reason } = node.status?.conditions?.find(({ type }) => type === condition) ?? {};
  if (Object.hasOwn(annotations, removed) || reason === 'NotAMember') return [];
  return [
    {
      ...{ id: name, name },
      isLearner: reason === 'MemberIsLearner',
      isHealthy: isNodeReady(node) && status === 'True',
    },
  ];
}
