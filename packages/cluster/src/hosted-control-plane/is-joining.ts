import { findCondition } from '../contract/conditions.ts';
import type { Machine } from '../kinds/machine.ts';

/** The age from which a Machine without a healthy node is taken for one that is broken. */
const joiningMs = 15 * 60_000;

/** Pure. Tells whether the node of a Machine is expected at any moment. A route is to be there by the time that its node is ready. */
export const isJoining = (machine: Machine, nowMs: number): boolean =>
  findCondition(machine, 'NodeHealthy')?.status !== 'True' &&
  nowMs - Date.parse(machine.metadata.creationTimestamp) < joiningMs;
