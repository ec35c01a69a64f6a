import type { Vm } from '@ignite/api/v1/vm';

const label = 'footloose.weave.works/cluster';

/** Pure. Returns the labels of the machines of a cluster. */
export const clusterLabels = (cluster: string): Readonly<Record<string, string>> => ({ [label]: cluster });

/** Pure. Tells whether a VM is a machine of a cluster. One that only has the name of a machine is somebody else's. */
export const isOfCluster = ({ metadata }: Pick<Vm, 'metadata'>, cluster: string): boolean =>
  metadata.labels[label] === cluster;
