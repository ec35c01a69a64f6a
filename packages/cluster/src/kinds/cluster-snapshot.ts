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

const templateSchema = v.strictObject({
  key: described(
    'What is built when a cluster like that one is created, as a digest.',
    v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, 'must be a digest')),
  ),
  version: described('Version of the Ignite that built the cluster.', text),
});

export const clusterSnapshotSpecSchema = v.strictObject({
  clusterName: described('Cluster of the same namespace of which the snapshot was taken.', text),
  machines: described('The VMs of the cluster, with the Snapshot of each.', v.array(machineSchema)),
  podNames: described(
    'HostPods that have the copies: those of the cluster, or the one that holds the copy of a template.',
    v.array(text),
  ),
  copy: described(
    'Name of the copy that each HostPod has of what its programs keep.',
    v.pipe(v.string(), v.check(isDnsLabel, 'must consist of lower-case letters, digits and hyphens')),
  ),
  objects: described(
    'Digest of the objects of the cluster, which a Secret keeps; without it, no other cluster can be made of the snapshot.',
    v.optional(v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/, 'must be a digest'))),
  ),
  template: described(
    'Makes it a template, from which other clusters like that one start. It stays when the cluster goes.',
    v.optional(templateSchema),
  ),
});

export type ClusterTemplate = v.InferOutput<typeof templateSchema>;

/** What a cluster was at one instant: its VMs, and what the programs of its control plane kept. */
export interface ClusterSnapshot extends KubeObject {
  readonly kind: 'ClusterSnapshot';
  readonly spec: v.InferOutput<typeof clusterSnapshotSpecSchema>;
}
