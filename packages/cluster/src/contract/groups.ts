/** The API groups of Cluster API. */
export const coreGroup = 'cluster.x-k8s.io';
export const bootstrapGroup = 'bootstrap.cluster.x-k8s.io';
export const controlPlaneGroup = 'controlplane.cluster.x-k8s.io';
export const addonsGroup = 'addons.cluster.x-k8s.io';
export const ipamGroup = 'ipam.cluster.x-k8s.io';
/** Of etcd clusters, which no contract of Cluster API knows. */
export const etcdGroup = 'etcd.cluster.x-k8s.io';
export const infrastructureGroup = 'infrastructure.cluster.x-k8s.io';

/** The version of our kinds in these groups, which is also that of the contract with providers. */
export const contractVersion = 'v1beta2';
