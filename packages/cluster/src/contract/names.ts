/** The labels, annotations and finalizers of Cluster API, which other programs read and write too. */

export const labels = {
  cluster: 'cluster.x-k8s.io/cluster-name',
  controlPlane: 'cluster.x-k8s.io/control-plane',
  controlPlaneName: 'cluster.x-k8s.io/control-plane-name',
  deployment: 'cluster.x-k8s.io/deployment-name',
  set: 'cluster.x-k8s.io/set-name',
  pool: 'cluster.x-k8s.io/pool-name',
  drain: 'cluster.x-k8s.io/drain',
  templateHash: 'machine-template-hash',
  topologyOwned: 'topology.cluster.x-k8s.io/owned',
  topologyDeployment: 'topology.cluster.x-k8s.io/deployment-name',
  etcdCluster: 'etcd.cluster.x-k8s.io/cluster-name',
} as const;

/** Ignite's own annotations of Clusters, and the labels of what belongs to a snapshot of one. */
export const own = {
  /** The VMs and programs of the Cluster do not run. The value tells whether somebody wants that, or it is for a snapshot. */
  suspended: 'ignite.weave.works/suspended',
  /** The Cluster is being brought back to the snapshot of this name, and is of several instants until it is. */
  restoring: 'ignite.weave.works/restoring',
  /** The last command that has begun to change what runs of the Cluster, and what it has made. Others give way. */
  attempt: 'ignite.weave.works/attempt',
  clusterSnapshot: 'ignite.weave.works/cluster-snapshot',
  /** Marks what belongs to a template, which outlives the Cluster of which it was made. The value tells the kind of template. */
  warmCluster: 'ignite.weave.works/warm-cluster',
  /** The Cluster is being made of a snapshot of another one. The value is the name of the snapshot, a dot, and the id of its copies. */
  cloning: 'ignite.weave.works/cloning',
} as const;

export const annotations = {
  paused: 'cluster.x-k8s.io/paused',
  managedBy: 'cluster.x-k8s.io/managed-by',
  deleteMachine: 'cluster.x-k8s.io/delete-machine',
  disableMachineCreate: 'cluster.x-k8s.io/disable-machine-create',
  certificatesExpiry: 'machine.cluster.x-k8s.io/certificates-expiry',
  clonedFromName: 'cluster.x-k8s.io/cloned-from-name',
  clonedFromGroupKind: 'cluster.x-k8s.io/cloned-from-groupkind',
  skipCoreDns: 'controlplane.cluster.x-k8s.io/skip-coredns',
  skipKubeProxy: 'controlplane.cluster.x-k8s.io/skip-kube-proxy',
  skipRemediation: 'cluster.x-k8s.io/skip-remediation',
  remediateMachine: 'cluster.x-k8s.io/remediate-machine',
  scaleMinimum: 'cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size',
  scaleMaximum: 'cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size',
  skipPreflightChecks: 'machineset.cluster.x-k8s.io/skip-preflight-checks',
  excludeNodeDraining: 'machine.cluster.x-k8s.io/exclude-node-draining',
  excludeVolumeDetach: 'machine.cluster.x-k8s.io/exclude-wait-for-node-volume-detach',
  revision: 'machinedeployment.clusters.x-k8s.io/revision',
  desiredReplicas: 'machinedeployment.clusters.x-k8s.io/desired-replicas',
  maximumReplicas: 'machinedeployment.clusters.x-k8s.io/max-replicas',
  deferUpgrade: 'topology.cluster.x-k8s.io/defer-upgrade',
  holdUpgradeSequence: 'topology.cluster.x-k8s.io/hold-upgrade-sequence',
  upgradeConcurrency: 'topology.cluster.x-k8s.io/upgrade-concurrency',
  remediationInProgress: 'controlplane.cluster.x-k8s.io/remediation-in-progress',
  remediationFor: 'controlplane.cluster.x-k8s.io/remediation-for',
  ofNode: {
    cluster: 'cluster.x-k8s.io/cluster-name',
    namespace: 'cluster.x-k8s.io/cluster-namespace',
    machine: 'cluster.x-k8s.io/machine',
    ownerKind: 'cluster.x-k8s.io/owner-kind',
    ownerName: 'cluster.x-k8s.io/owner-name',
    taints: 'cluster.x-k8s.io/taints-from-machine',
  },
} as const;

/** The beginnings of the annotations by which somebody holds up a step of the deletion of a Machine. */
export const hooks = {
  preDrain: 'pre-drain.delete.hook.machine.cluster.x-k8s.io',
  preTerminate: 'pre-terminate.delete.hook.machine.cluster.x-k8s.io',
} as const;

/** The hook by which a control plane takes the member of a Machine out of etcd before the Machine goes. */
export const etcdHook = `${hooks.preTerminate}/kcp-cleanup`;

export const finalizers = {
  cluster: 'cluster.cluster.x-k8s.io',
  machine: 'machine.cluster.x-k8s.io',
  machineSet: 'cluster.x-k8s.io/machineset',
  machineDeployment: 'cluster.x-k8s.io/machinedeployment',
  machinePool: 'machinepool.cluster.x-k8s.io',
  kubeadmControlPlane: 'kubeadm.controlplane.cluster.x-k8s.io',
  k3sControlPlane: 'kthrees.controlplane.cluster.x-k8s.io',
  hostedControlPlane: 'hosted.controlplane.cluster.x-k8s.io',
  etcdCluster: 'etcd.cluster.x-k8s.io',
  igniteCluster: 'ignitecluster.infrastructure.cluster.x-k8s.io',
  igniteMachine: 'ignitemachine.infrastructure.cluster.x-k8s.io',
  ipAddress: 'ipam.cluster.x-k8s.io/ProtectAddress',
  ipAddressClaim: 'ipam.cluster.x-k8s.io/ReleaseAddress',
  inClusterIpPool: 'ipam.cluster.x-k8s.io/ProtectPool',
  /** Keeps the claims of a machine for as long as its VM has the addresses. */
  claimOfMachine: 'ignitemachine.infrastructure.cluster.x-k8s.io/ProtectAddressClaim',
} as const;

/** The taint of a node that its Machine has not seen yet. */
export const uninitializedTaint = 'node.cluster.x-k8s.io/uninitialized';

/** The type of the Secrets of clusters. */
export const clusterSecretType = 'cluster.x-k8s.io/secret';

/** The Secret with the authority of the clients of an etcd cluster. No Secret of a Cluster ends like that. */
export const etcdClientAuthority = (etcdCluster: string): string => `${etcdCluster}-etcd-clients`;
