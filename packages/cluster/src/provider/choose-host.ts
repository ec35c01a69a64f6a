import type { IgniteMachine } from '../kinds/ignite-infrastructure.ts';
import type { Machine } from '../kinds/machine.ts';

/**
 * Pure. Returns the host that is to have the VM of a machine: the one that has taken it, or its failure domain. Those that are
 * still free are dealt out in the order of their age, each to the host with the fewest machines, so that all hosts come to the
 * same result.
 * @param all are the machines of all hosts, and those that are free
 */
export function chooseHost(
  object: IgniteMachine,
  machine: Machine | undefined,
  alive: ReadonlySet<string>,
  all: readonly IgniteMachine[],
): string | undefined {
  const settled = object.spec.hostName ?? machine?.spec.failureDomain;
  if (settled !== undefined) return settled;
  const loads = new Map([...alive].toSorted().map((name) => [name, 0]));
  for (const { spec } of all) {
    const load = spec.hostName === undefined ? undefined : loads.get(spec.hostName);
    if (load !== undefined) loads.set(spec.hostName!, load + 1);
  }
  const free = all.filter(({ spec }) => spec.hostName === undefined).toSorted(byAge);
  for (const { metadata } of free) {
    const least = leastOf(loads);
    if (least === undefined || metadata.uid === object.metadata.uid) return least;
    loads.set(least, loads.get(least)! + 1);
  }
  return leastOf(loads);
}

const leastOf = (loads: ReadonlyMap<string, number>): string | undefined =>
  [...loads].reduce<readonly [string, number] | undefined>(
    (least, each) => (least && least[1] <= each[1] ? least : each),
    undefined,
  )?.[0];

function byAge({ metadata: a }: IgniteMachine, { metadata: b }: IgniteMachine): number {
  const [x, y] = [a, b].map(({ creationTimestamp, uid }) => `${creationTimestamp} ${uid}`) as [
    string,
    string,
  ];
  return x < y ? -1 : 1;
}
