import { isTrue } from '@ignite/toolkit/object/condition';
import { annotations } from '../contract/names.ts';
import type { Machine } from '../kinds/machine.ts';

/** What those who own Machines ask of them. */

export const isLeaving = ({ metadata }: Machine): boolean => metadata.deletionTimestamp !== undefined;

export const isReady = ({ status }: Machine): boolean => isTrue(status?.conditions ?? [], 'Ready');

export const isAvailable = ({ status }: Machine): boolean => isTrue(status?.conditions ?? [], 'Available');

export const isUpToDate = ({ status }: Machine): boolean => isTrue(status?.conditions ?? [], 'UpToDate');

const hasFailed = ({ status }: Machine, type: string): boolean =>
  status?.conditions?.some((condition) => condition.type === type && condition.status === 'False') ?? false;

/** Tells whether somebody has found out that a Machine does not work. */
export const isUnhealthy = (machine: Machine): boolean =>
  !machine.status?.nodeRef || hasFailed(machine, 'NodeHealthy') || hasFailed(machine, 'HealthCheckSucceeded');

export const hasAnnotation = (machine: Machine, name: string): boolean =>
  Object.hasOwn(machine.metadata.annotations, name);

/** Tells whether a health check has left it to the owner of a Machine to replace it. */
export const needsRemediation = (machine: Machine): boolean =>
  hasFailed(machine, 'HealthCheckSucceeded') && hasFailed(machine, 'OwnerRemediated') && !isLeaving(machine);

export const isMarkedForRemediation = (machine: Machine): boolean =>
  hasAnnotation(machine, annotations.remediateMachine);

export const ageMs = ({ metadata }: Machine, nowMs: number): number =>
  nowMs - Date.parse(metadata.creationTimestamp);
