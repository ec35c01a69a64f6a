import { selectsLabels } from '@ignite/toolkit/access/label-selector';
import type { Cluster } from '../kinds/cluster.ts';
import type { MachineDrainRule } from '../kinds/machine-drain-rule.ts';
import type { Machine } from '../kinds/machine.ts';

type Labels = Readonly<Record<string, string>>;
type Selector = Parameters<typeof selectsLabels>[0];

/** Pure. Returns the rules for the node of a Machine, in the order in which they are asked. */
export const rulesOfMachine = (
  rules: readonly MachineDrainRule[],
  machine: Machine,
  cluster: Cluster,
): readonly MachineDrainRule[] =>
  rules
    .filter(
      ({ spec: { machines } }) =>
        machines === undefined ||
        machines.some(
          ({ selector, clusterSelector }) =>
            selects(selector, machine.metadata.labels) && selects(clusterSelector, cluster.metadata.labels),
        ),
    )
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));

/** Pure. Returns what the first rule for a Pod says; without one, it is drained with the order 0. */
export function drainOfPod(
  rules: readonly MachineDrainRule[],
  pod: { readonly labels: Labels; readonly namespaceLabels: Labels },
): MachineDrainRule['spec']['drain'] {
  const found = rules.find(
    ({ spec: { pods } }) =>
      pods === undefined ||
      pods.some(
        ({ selector, namespaceSelector }) =>
          selects(selector, pod.labels) && selects(namespaceSelector, pod.namespaceLabels),
      ),
  );
  return found?.spec.drain ?? { behavior: 'Drain' };
}

const selects = (selector: Selector | undefined, labels: Labels): boolean =>
  selector === undefined || selectsLabels(selector, labels);
