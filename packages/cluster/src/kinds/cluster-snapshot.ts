import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';

const text = v.pipe(v.string(), v.nonEmpty());

const machineSchema = v.strictObject({
  vmName: described('VM of the cluster.', text),
  vmUid: described('The uid of that VM: another VM of its name is not brought back.', text),
  snapshot: described('Snapshot of that VM, in the same namespace.', text),
});

export const clusterSnapshotSpecSchema = v.strictObject({
  clusterName: described('Cluster of the same namespace of which the snapshot was taken.', text),
  machines: described('The VMs of the cluster, with the Snapshot of each.', v.array(machineSchema)),
  podNames: described('HostPods of the cluster.', v.array(text)),
  copy: described(
    'Name of the copy that each HostPod has of what its programs keep.',
    v.pipe(v.string(), v.check(isDnsLabel, 'must consist of lower-case letters, digits and hyphens')),
  ),
  objects: described(
    'Digest of the objects of the cluster, which a Secret keeps; without it, no other cluster can be made of the snapshot.',
    v.optional(v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/, 'must be a digest'))),
  ),
});

/** What a cluster was at one instant: its VMs, and what the programs of its control plane kept. */
export interface ClusterSnapshot extends KubeObject {
  readonly kind: 'ClusterSnapshot';
  readonly spec: v.InferOutput<typeof clusterSnapshotSpecSchema>;
}
