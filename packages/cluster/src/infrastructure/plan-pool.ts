import { isTrue } from '@ignite/toolkit/object/condition';
import { annotations } from '../contract/names.ts';
import type { Machine } from '../kinds/machine.ts';

export interface PoolPlan {
  /** How many machines are made. */
  readonly missing: number;
  /** The Machines that go. */
  readonly surplus: readonly Machine[];
}

/**
 * Pure. Plans the machines of a pool. Of too many, those go first that somebody has marked for it, then those that have no
 * node, then those that are outdated, and then the oldest. While some are outdated, there is one machine more than wanted. Of the
 * outdated ones, those go that have no node, and then those without which enough are there, and enough are ready.
 * @param made how many machines there are, those included whose Machine is still to be made
 */
export function planPool(
  replicas: number,
  made: number,
  machines: readonly Machine[],
  isOutdated: (machine: Machine) => boolean,
): PoolPlan {
  const staying = machines.filter((each) => each.metadata.deletionTimestamp === undefined).toSorted(byAge);
  const outdated = staying.filter(isOutdated);
  const wanted = outdated.length > 0 && replicas > 0 ? replicas + 1 : replicas;
  const excess = made - (machines.length - staying.length) - wanted;
  if (excess > 0) {
    const rankOf = (machine: Machine): number => {
      if (Object.hasOwn(machine.metadata.annotations, annotations.deleteMachine)) return 0;
      if (!machine.status?.nodeRef) return 1;
      return isOutdated(machine) ? 2 : 3;
    };
    return { missing: 0, surplus: staying.toSorted((a, b) => rankOf(a) - rankOf(b)).slice(0, excess) };
  }
  // A machine that is not ready may be so because nobody can ask for it: it is not given up before another is there and ready.
  const nodeless = outdated.filter(({ status }) => !status?.nodeRef);
  const others = outdated.filter(({ status }) => status?.nodeRef);
  const spare = Math.max(0, staying.filter(isReady).length - replicas);
  const replaced = [...others.filter((each) => !isReady(each)), ...others.filter(isReady).slice(0, spare)];
  const renewed = staying.filter((each) => !isOutdated(each) && isReady(each));
  const further = Math.max(0, others.length + renewed.length - replicas);
  return {
    missing: Math.max(0, wanted - made),
    surplus: [...nodeless, ...replaced.slice(0, further)],
  };
}

const isReady = ({ status }: Machine): boolean => isTrue(status?.conditions ?? [], 'Ready');

const byAge = (a: Machine, b: Machine): number =>
  createdMs(a) - createdMs(b) || (a.metadata.name < b.metadata.name ? -1 : 1);

const createdMs = ({ metadata }: Machine): number => Date.parse(metadata.creationTimestamp);
