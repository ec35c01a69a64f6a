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
 * node, and then the oldest.
 * @param made how many machines there are, those included whose Machine is still to be made
 */
export function planPool(replicas: number, made: number, machines: readonly Machine[]): PoolPlan {
  const staying = machines.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const leaving = machines.length - staying.length;
  const ranked = staying.toSorted(
    (a, b) =>
      rankOf(a) - rankOf(b) || createdMs(a) - createdMs(b) || (a.metadata.name < b.metadata.name ? -1 : 1),
  );
  return {
    missing: Math.max(0, replicas - made),
    surplus: ranked.slice(0, Math.max(0, made - leaving - replicas)),
  };
}

function rankOf({ metadata, status }: Machine): number {
  if (Object.hasOwn(metadata.annotations, annotations.deleteMachine)) return 0;
  return status?.nodeRef ? 2 : 1;
}

const createdMs = ({ metadata }: Machine): number => Date.parse(metadata.creationTimestamp);
