import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import type { Arch } from './arch.ts';

const taintSchema = v.strictObject({
  key: v.pipe(v.string(), v.nonEmpty()),
  value: v.optional(v.string()),
  effect: described(
    'What schedulers should do with VMs that do not tolerate it.',
    v.picklist(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
  ),
});

export const hostSpecSchema = v.strictObject({
  unschedulable: described(
    'Whether schedulers should bind no new VMs to the host; Ignite has none yet.',
    v.optional(v.boolean()),
  ),
  taints: described(
    'Reasons for which schedulers should keep VMs away from the host.',
    v.optional(v.array(taintSchema)),
  ),
});
export type HostSpec = v.InferOutput<typeof hostSpecSchema>;

/** What a host has to give to VMs. */
export interface HostCapacity {
  readonly cpus: number;
  readonly memory: Bytes;
  /** The size of the file system with the disks. */
  readonly diskSize: Bytes;
}

export interface HostAddress {
  readonly type: 'InternalIP' | 'Hostname';
  readonly address: string;
}

export interface HostStatus {
  readonly capacity: HostCapacity;
  /** The part of the capacity that VMs may use. */
  readonly allocatable: HostCapacity;
  readonly addresses: readonly HostAddress[];
  readonly versions: { readonly ignite: string; readonly kernel: string; readonly arch: Arch };
  readonly conditions: readonly Condition[];
}

/** A machine that runs VMs. */
export interface Host extends KubeObject {
  readonly kind: 'Host';
  readonly spec: HostSpec;
  readonly status: HostStatus;
}
