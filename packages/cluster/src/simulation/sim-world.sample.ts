import { ForwardingClient } from '@ignite/toolkit/client/forwarding-client';
import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import type { Cluster } from '../kinds/cluster.ts';
import { configMaps, daemonSets, deployments, namespaces, nodes, pods, secrets } from '../workload/node.ts';
import type { EtcdMember, WorkloadCluster, WorkloadClusters } from '../workload/workload-cluster.ts';

/** A machine that only seems to be there. */
export interface SimVm {
  readonly name: string;
  readonly cluster: string;
  readonly providerID: string;
  readonly version: string;
  readonly isControlPlane: boolean;
  readonly bootsAtMs: number;
  isRunning: boolean;
  hasJoined: boolean;
}

interface SimCluster {
  readonly client: ObjectClient;
  /** Whether k3s made it, and not kubeadm. */
  isOfK3s: boolean;
  begunBy: string | undefined;
  members: readonly { readonly id: string; readonly name: string }[];
  leader: string | undefined;
}

const served: readonly ServedKind[] = [
  { ...nodes, isNamespaced: false, hasStatus: false },
  { ...pods, isNamespaced: true, hasStatus: false, selectableFields: ['spec.nodeName'] },
  { ...namespaces, isNamespaced: false, hasStatus: false },
  ...[secrets, configMaps, daemonSets, deployments].map((each) => ({
    ...each,
    isNamespaced: true,
    hasStatus: false,
  })),
  ...['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'].map((kind) => ({
    ...{ group: 'rbac.authorization.k8s.io', version: 'v1', resource: `${kind.toLowerCase()}s`, kind },
    names: 'PathSegment' as const,
    isNamespaced: !kind.startsWith('Cluster'),
    hasStatus: false,
  })),
  ...['Service', 'ServiceAccount'].map((kind) => ({
    ...{ group: '', version: 'v1', resource: `${kind.toLowerCase()}s`, kind },
    isNamespaced: true,
    hasStatus: false,
  })),
];
const staticPods = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'];

/** An API server that deletes nothing. */
class UndeletableNodes extends ForwardingClient {
  override delete(): Promise<never> {
    return Promise.reject(new Error('a webhook forbids it'));
  }
}

const removal = 'etcd.k3s.cattle.io/remove';

/** A server of k3s, which takes a member out of etcd when its node asks for it. */
class K3sNodes extends ForwardingClient {
  readonly #remove: (name: string) => void;

  constructor(client: ObjectClient, remove: (name: string) => void) {
    super(() => client);
    this.#remove = remove;
  }

  override async update(...[resource, object, options]: Parameters<ObjectClient['update']>) {
    const written = await super.update(resource, object, options);
    const { name, annotations } = written.metadata;
    const done = 'etcd.k3s.cattle.io/removed-node-name';
    if (annotations[removal] !== 'true' || Object.hasOwn(annotations, done)) return written;
    this.#remove(name);
    const metadata = { ...written.metadata, annotations: { ...annotations, [done]: name } };
    return await super.update(resource, { ...written, metadata }, options);
  }
}

/** The machines, clusters and etcds of a simulation. It notes what must never happen. */
export class SimWorld implements WorkloadClusters {
  readonly vms = new Map<string, SimVm>();
  readonly violations: string[] = [];
  /** Whether an API server answers of the clusters whose control plane is hosted. */
  readonly hosted = new Map<string, () => boolean>();
  /** When the certificates end of the API servers that are looked at. */
  certificateEndMs: number | undefined;
  /** What fails although the API servers answer. */
  readonly failing = { evictions: false, nodeDeletions: false, etcd: false };
  readonly #clusters = new Map<string, SimCluster>();
  readonly #leaving = new Set<string>();

  async of({ metadata }: Cluster): Promise<WorkloadCluster | undefined> {
    const key = `${metadata.namespace}/${metadata.name}`;
    const cluster = this.#cluster(key);
    if (!this.isReachable(key)) return undefined;
    const remove = (gone: (member: SimCluster['members'][number]) => boolean): void => {
      cluster.members = cluster.members.filter((each) => !gone(each));
      this.checkQuorum(key);
    };
    const client = cluster.isOfK3s
      ? new K3sNodes(cluster.client, (name) => remove((each) => each.name === name))
      : cluster.client;
    return {
      objects: this.failing.nodeDeletions ? new UndeletableNodes(() => client) : client,
      certificateEndMs: async () => this.certificateEndMs,
      resourceOf: async ({ apiVersion, kind }) => {
        const found = served.find((each) => each.kind === kind && apiVersionOf(each) === apiVersion);
        return found && { resource: found.resource, isNamespaced: found.isNamespaced };
      },
      evict: async ({ namespace, name }) => {
        if (this.failing.evictions) throw new Error('this Pod has more than one disruption budget');
        await cluster.client.delete({ ...pods, namespace, name });
        return true;
      },
      etcd: {
        members: async () => {
          if (this.failing.etcd) throw new Error('no endpoint answers');
          return this.membersOf(key);
        },
        remove: async (id) => {
          if (cluster.leader === id) this.violations.push(`the leader of ${key} was removed`);
          remove((each) => each.id === id);
        },
        moveLeader: async (to) => {
          cluster.leader = to;
        },
      },
    };
  }

  clientOf(key: string): ObjectClient {
    return this.#cluster(key).client;
  }

  membersOf(key: string): readonly EtcdMember[] {
    return this.#cluster(key).members.map(({ id, name }) => ({
      ...{ id, name, isLearner: false },
      isHealthy: this.#vmNamed(key, name)?.isRunning ?? false,
    }));
  }

  isReachable(key: string): boolean {
    const isServing = this.hosted.get(key);
    if (isServing) return isServing();
    const members = this.membersOf(key);
    const healthy = members.filter(({ isHealthy }) => isHealthy).length;
    return members.length > 0 && healthy > members.length / 2;
  }

  /** From now on, the cluster may lose its etcd. With its last machine it is forgotten, so that another one may have its name. */
  leave(key: string): void {
    this.#leaving.add(key);
  }

  checkQuorum(key: string): void {
    const { members } = this.#cluster(key);
    if (members.length > 0 && !this.isReachable(key) && !this.#leaving.has(key))
      this.violations.push(`etcd of ${key} has lost its majority`);
  }

  create(vm: SimVm): void {
    this.vms.set(vm.providerID, vm);
  }

  /** Does what the bootstrap data says. Resolves with whether that worked. */
  async boot(vm: SimVm, data: string): Promise<boolean> {
    const cluster = this.#cluster(vm.cluster);
    cluster.isOfK3s = data.includes('/etc/rancher/k3s/config.yaml');
    if (/kubeadm init|cluster-init: true/.test(data)) {
      if (cluster.begunBy !== undefined) {
        const other = this.#vmNamed(vm.cluster, cluster.begunBy);
        if (other || cluster.members.length > 0) this.violations.push(`${vm.cluster} was begun twice`);
      }
      cluster.begunBy = vm.name;
      if (!cluster.isOfK3s) await this.#leaveConfiguration(cluster.client, vm);
    } else if (!this.isReachable(vm.cluster)) return false;
    else if (vm.isControlPlane && !cluster.isOfK3s) await this.#readConfiguration(cluster.client, vm);
    if (vm.isControlPlane) {
      cluster.members = [...cluster.members, { id: vm.providerID, name: vm.name }];
      cluster.leader ??= vm.providerID;
    }
    await this.#addNode(cluster.client, vm);
    vm.hasJoined = true;
    this.checkQuorum(vm.cluster);
    return true;
  }

  /** Takes a machine away, as its provider does. */
  async destroy(providerID: string): Promise<void> {
    const vm = this.vms.get(providerID);
    if (!vm) return;
    this.vms.delete(providerID);
    const others = [...this.vms.values()].some(
      ({ cluster, isControlPlane, hasJoined }) => cluster === vm.cluster && isControlPlane && hasJoined,
    );
    const isMember = this.#cluster(vm.cluster).members.some(({ id }) => id === providerID);
    if (isMember && others && !this.#leaving.has(vm.cluster))
      this.violations.push(`${vm.name} went before its member of etcd`);
    await this.setReady(vm, false);
    this.checkQuorum(vm.cluster);
    const isLast = ![...this.vms.values()].some(({ cluster }) => cluster === vm.cluster);
    if (isLast && this.#leaving.delete(vm.cluster)) this.#clusters.delete(vm.cluster);
  }

  /** Lets a machine fail, as a fault does. */
  async fail(vm: SimVm): Promise<void> {
    vm.isRunning = false;
    await this.setReady(vm, false);
  }

  async setReady({ cluster, name }: SimVm, isReady: boolean): Promise<void> {
    const all = objectsOf(this.#cluster(cluster).client, nodes);
    if (await all.find({ name }))
      await all.modify({ name }, (node) => {
        const { conditions } = statusOf(isReady);
        const status = node.status as ReturnType<typeof statusOf>;
        const others = status.conditions.filter(({ type }) => type !== 'Ready');
        return { ...node, status: { ...status, conditions: [...conditions, ...others] } };
      });
  }

  async #addNode(client: ObjectClient, vm: SimVm): Promise<void> {
    const taint = { key: 'node.cluster.x-k8s.io/uninitialized', effect: 'NoSchedule' };
    const { isOfK3s } = this.#cluster(vm.cluster);
    const hasMember = isOfK3s && vm.isControlPlane;
    const [ready] = statusOf(true).conditions;
    const voting = { ...ready!, type: 'EtcdIsVoter', reason: 'MemberNotLearner' };
    await objectsOf(client, nodes).create({
      metadata: { name: vm.name, labels: hasMember ? { 'node-role.kubernetes.io/etcd': 'true' } : {} },
      spec: { providerID: vm.providerID, taints: [taint] },
      status: {
        conditions: hasMember ? [ready, voting] : [ready],
        nodeInfo: { kubeletVersion: vm.version },
      },
    });
    const own = vm.isControlPlane ? (isOfK3s ? [] : staticPods) : ['web'];
    for (const pod of own)
      await objectsOf(client, pods).create({
        metadata: {
          name: `${pod}-${vm.name}`,
          namespace: pod === 'web' ? 'default' : 'kube-system',
          annotations: pod === 'web' ? {} : { 'kubernetes.io/config.mirror': 'static' },
        },
        spec: { nodeName: vm.name },
        status: statusOf(true),
      });
  }

  /** Does as `kubeadm init` does. */
  async #leaveConfiguration(client: ObjectClient, { version }: SimVm): Promise<void> {
    const configuration = ['kind: ClusterConfiguration', `kubernetesVersion: ${version}`, 'apiServer: {}'];
    const known = { namespace: 'kube-system', name: 'kubeadm-config' };
    await objectsOf(client, configMaps).modifyOrCreate(
      async () => await objectsOf(client, configMaps).get(known),
      { metadata: known, data: { ClusterConfiguration: configuration.join('\n') } },
    );
    const proxy = { namespace: 'kube-system', name: 'kube-proxy' };
    const image = `registry.k8s.io/kube-proxy:${version}`;
    await objectsOf(client, daemonSets).modifyOrCreate(
      async () => await objectsOf(client, daemonSets).get(proxy),
      { metadata: proxy, spec: { template: { spec: { containers: [{ name: 'kube-proxy', image }] } } } },
    );
  }

  /** A control plane that joins runs the version that the cluster tells it, whatever its own programs are. */
  async #readConfiguration(client: ObjectClient, { name, version }: SimVm): Promise<void> {
    const { data } = (await objectsOf(client, configMaps).get({
      ...{ namespace: 'kube-system', name: 'kubeadm-config' },
    })) as KubeObject & { readonly data: Readonly<Record<string, string>> };
    if (!data['ClusterConfiguration']?.split('\n').includes(`kubernetesVersion: ${version}`))
      this.violations.push(`${name} joined with a configuration of another version than ${version}`);
  }

  #vmNamed(cluster: string, name: string): SimVm | undefined {
    return [...this.vms.values()].find((vm) => vm.cluster === cluster && vm.name === name);
  }

  #cluster(key: string): SimCluster {
    const known = this.#clusters.get(key);
    if (known) return known;
    const client = new StoreObjectClient(new MemoryStore(), served);
    const made: SimCluster = { client, isOfK3s: false, begunBy: undefined, members: [], leader: undefined };
    this.#clusters.set(key, made);
    return made;
  }
}

const statusOf = (isReady: boolean) => ({
  conditions: [
    { type: 'Ready', status: isReady ? 'True' : 'Unknown', lastTransitionTime: new Date().toISOString() },
  ],
});
