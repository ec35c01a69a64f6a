import { labelSelector } from '@ignite/toolkit/access/label-selector';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';

const selectors = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(
    v.array(
      v.pipe(
        v.strictObject(entries),
        v.check((selector) => Object.keys(selector).length > 0, 'must have a selector'),
      ),
    ),
    v.minLength(1),
    v.maxLength(32),
  );

const int32 = v.pipe(v.number(), v.integer(), v.minValue(-(2 ** 31)), v.maxValue(2 ** 31 - 1));

const drainSchema = v.pipe(
  v.strictObject({
    behavior: described(
      'Whether Pods are evicted, left alone, or waited for until they are completed.',
      v.picklist(['Drain', 'Skip', 'WaitCompleted']),
    ),
    order: described(
      'When Pods are evicted: those of a higher order only when all of lower orders are gone. 0 by default.',
      v.optional(int32),
    ),
  }),
  v.check(
    ({ behavior, order }) => behavior === 'Drain' || order === undefined,
    'order is only for the behavior Drain',
  ),
);

export const machineDrainRuleSpecSchema = v.strictObject({
  drain: described('What becomes of the Pods.', drainSchema),
  machines: described(
    'Selects the Machines: one of the entries must match. Without entries, the rule is for all Machines of the namespace.',
    v.optional(
      selectors({
        selector: described('Selects Machines by their labels.', v.optional(labelSelector)),
        clusterSelector: described('Selects their Clusters.', v.optional(labelSelector)),
      }),
    ),
  ),
  pods: described(
    'Selects the Pods: one of the entries must match. Without entries, the rule is for all Pods.',
    v.optional(
      selectors({
        selector: described('Selects Pods by their labels.', v.optional(labelSelector)),
        namespaceSelector: described('Selects their namespaces.', v.optional(labelSelector)),
      }),
    ),
  ),
});
export type MachineDrainRuleSpec = v.InferOutput<typeof machineDrainRuleSpecSchema>;

/** Says what becomes of Pods when nodes of Machines are drained. Of several rules for a Pod, the first by name holds. */
export interface MachineDrainRule extends KubeObject {
  readonly kind: 'MachineDrainRule';
  readonly spec: MachineDrainRuleSpec;
}
