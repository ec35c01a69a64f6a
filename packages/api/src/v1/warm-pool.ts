import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { vmSpecSchema } from './vm.ts';

const mostReplicas = 500;

const {
  hostName: _host,
  power: _power,
  source: _source,
  storage: _volumes,
  ...memberEntries
} = vmSpecSchema.entries;

/** All members are made of it, so that nothing in it may be of one member alone. */
const memberSpecSchema = v.pipe(
  v.strictObject(memberEntries),
  v.check(
    ({ network }) =>
      [network, ...network.interfaces].every(
        (each) => (each.address ?? each.address6 ?? each.mac) === undefined,
      ),
    'must not set an address in network: each VM has its own',
  ),
  v.check(
    ({ network }) => network.ports.length === 0,
    'must not publish ports: a port of the host can lead to one VM only',
  ),
);

const poolTemplateSchema = v.strictObject({
  metadata: v.optional(
    v.strictObject({
      labels: described('Labels of the VMs.', v.optional(v.record(v.string(), v.string()))),
    }),
  ),
  spec: described('The VM, as in the kind VM, without what is of one VM alone.', memberSpecSchema),
});
export type PoolTemplate = v.InferOutput<typeof poolTemplateSchema>;

export const replicasSchema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(mostReplicas));

export const warmPoolSpecSchema = v.strictObject({
  replicas: described('Number of VMs that are kept ready.', v.optional(replicasSchema, 1)),
  template: described(
    'What the VMs are made from. When it changes, those that nobody has taken are replaced.',
    poolTemplateSchema,
  ),
});
export type WarmPoolSpec = v.InferOutput<typeof warmPoolSpecSchema>;

export interface WarmPoolStatus {
  /** The number of VMs that nobody has taken, whether they are ready or not. */
  readonly replicas: number;
  readonly readyReplicas: number;
  /** Selects those VMs by their label. */
  readonly selector?: string;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** VMs of one kind that are kept ready on this host, for whoever takes one. */
export interface WarmPool extends KubeObject {
  readonly kind: 'WarmPool';
  readonly spec: WarmPoolSpec;
  readonly status: WarmPoolStatus;
}
