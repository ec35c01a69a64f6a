import type { Condition } from '@ignite/toolkit/object/condition';
import { annotations } from '../contract/names.ts';
import type { MachineHealthCheckSpec } from '../kinds/machine-health-check.ts';
import type { Machine } from '../kinds/machine.ts';

/** A condition of a node, of which Kubernetes keeps the time of the last change. */
export type NodeCondition = Pick<Condition, 'type' | 'status' | 'lastTransitionTime'>;

/** What a health check looks at. Times are in milliseconds. */
export interface Target {
  readonly machine: Machine;
  readonly isControlPlane: boolean;
  /** The node: absent if the Machine has none yet, and `gone` if it has had one. */
  readonly node: { readonly conditions: readonly NodeCondition[] } | 'gone' | undefined;
  readonly cluster: {
    readonly infrastructureReadyMs: number | undefined;
    readonly initializedMs: number | undefined;
  };
  readonly infrastructureReadyMs: number | undefined;
}

/** What a health check finds: what is not healthy yet counts against the limit, and is looked at again. */
export type Health =
  | { readonly state: 'skipped' }
  | { readonly state: 'healthy'; readonly nextMs?: number }
  | { readonly state: 'uncertain'; readonly nextMs?: number }
  | { readonly state: 'unhealthy'; readonly reason: string; readonly message: string };

type Checks = MachineHealthCheckSpec['checks'];

/** Pure. Decides whether a Machine is healthy. */
export function checkTarget(target: Target, checks: Checks, nowMs: number): Health {
  const { machine, node, cluster, isControlPlane } = target;
  if (Object.hasOwn(machine.metadata.annotations, annotations.remediateMachine))
    return unhealthy('HasRemediateMachineAnnotation', 'somebody has marked the Machine for remediation');
  if (cluster.infrastructureReadyMs === undefined) return { state: 'skipped' };
  if (cluster.initializedMs === undefined && !isControlPlane) return { state: 'skipped' };
  const ofMachine = judge(machine.status?.conditions ?? [], checks.unhealthyMachineConditions ?? [], nowMs);
  if ('found' in ofMachine)
    return unhealthy('UnhealthyMachineCondition', conditionText('Machine', ofMachine.found));
  if (node === 'gone') return unhealthy('NodeDeleted', 'the node of the Machine is gone');
  if (node === undefined) return checkStartup(target, checks.nodeStartupTimeoutSeconds, nowMs);
  const ofNode = judge(node.conditions, checks.unhealthyNodeConditions ?? [], nowMs);
  if ('found' in ofNode) return unhealthy('UnhealthyNodeCondition', conditionText('node', ofNode.found));
  const next = smallest([ofMachine.nextMs, ofNode.nextMs]);
  return next === undefined ? { state: 'healthy' } : { state: 'uncertain', nextMs: next };
}

function checkStartup(target: Target, limitSeconds: number, nowMs: number): Health {
  if (limitSeconds === 0) return { state: 'uncertain' };
  const { machine, cluster, infrastructureReadyMs } = target;
  const since = Math.max(
    Date.parse(machine.metadata.creationTimestamp),
    cluster.infrastructureReadyMs ?? 0,
    cluster.initializedMs ?? 0,
    infrastructureReadyMs ?? 0,
  );
  const left = since + limitSeconds * 1_000 - nowMs;
  return left > 0
    ? { state: 'uncertain', nextMs: left }
    : unhealthy('NodeStartupTimeout', `no node has appeared within ${limitSeconds} s`);
}

interface Limit {
  readonly type: string;
  readonly status: string;
  readonly timeoutSeconds: number;
}

/** Looks for a condition that has held for too long, or else tells when the next one will have. */
function judge(
  conditions: readonly NodeCondition[],
  limits: readonly Limit[],
  nowMs: number,
): { readonly found: Limit } | { readonly nextMs: number | undefined } {
  const holding = limits.flatMap((limit) => {
    const condition = conditions.find(({ type, status }) => type === limit.type && status === limit.status);
    if (!condition) return [];
    return [{ limit, left: Date.parse(condition.lastTransitionTime) + limit.timeoutSeconds * 1_000 - nowMs }];
  });
  const found = holding.find(({ left }) => left <= 0);
  return found ? { found: found.limit } : { nextMs: smallest(holding.map(({ left }) => left)) };
}

const smallest = (numbers: readonly (number | undefined)[]): number | undefined => {
  const known = numbers.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

const unhealthy = (reason: string, message: string): Health => ({ state: 'unhealthy', reason, message });

const conditionText = (whose: string, { type, status, timeoutSeconds }: Limit): string =>
  `the condition ${type} of the ${whose} has been ${status} for at least ${timeoutSeconds} s`;
