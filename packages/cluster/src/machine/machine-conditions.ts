import { type Finding, type Findings, findCondition, finding, mirrored } from '../contract/conditions.ts';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Machine } from '../kinds/machine.ts';
import { type Node, isNodeReady, nodeProblems } from '../workload/node.ts';

/** What a Machine sees of its parts. */
export interface MachineParts {
  readonly bootstrap: KubeObject | undefined;
  readonly infrastructure: KubeObject | undefined;
  /** The node: `unknown` while the control plane does not answer. */
  readonly node: Node | 'unknown' | undefined;
}

/** Pure. Returns the conditions of a Machine that is to stay. */
export function machineFindings(machine: Machine, parts: MachineParts): Findings {
  const { initialization = {} } = machine.status ?? {};
  const findings = {
    BootstrapConfigReady: mirrored(
      parts.bootstrap,
      'Ready',
      finding(
        machine.spec.bootstrap.dataSecretName !== undefined,
        ['DataSecretProvided', 'NotReady'],
        'the bootstrap data is not there yet',
      ),
    ),
    InfrastructureReady: mirrored(
      parts.infrastructure,
      'Ready',
      finding(
        initialization.infrastructureProvisioned === true,
        ['Provisioned', 'NotProvisioned'],
        'the machine is not there yet',
      ),
    ),
    ...nodeFindings(machine, parts.node),
    Deleting: { status: 'False', reason: 'NotDeleting' },
  } satisfies Findings;
  return { ...findings, Ready: readyFinding(machine, findings) };
}

function nodeFindings(
  machine: Machine,
  node: MachineParts['node'],
): { readonly NodeReady: Finding; readonly NodeHealthy: Finding } {
  const name = machine.status?.nodeRef?.name;
  if (node === 'unknown') {
    const unknown: Finding = {
      status: 'Unknown',
      reason: 'ConnectionDown',
      message: 'the API server of the cluster does not answer',
    };
    const waiting: Finding = {
      status: 'Unknown',
      reason: 'InspectionFailed',
      message: 'there is no node yet',
    };
    return name === undefined
      ? { NodeReady: waiting, NodeHealthy: waiting }
      : { NodeReady: unknown, NodeHealthy: unknown };
  }
  if (!node) {
    const [reason, message] =
      name === undefined
        ? ['NodeDoesNotExist', 'there is no node yet']
        : ['NodeDeleted', `node ${name} is gone`];
    const missing: Finding = {
      status: name === undefined ? 'Unknown' : 'False',
      reason: reason!,
      message: message!,
    };
    return { NodeReady: missing, NodeHealthy: missing };
  }
  const problems = nodeProblems(node);
  return {
    NodeReady: finding(isNodeReady(node), ['NodeReady', 'NodeNotReady'], 'the node is not ready'),
    NodeHealthy: finding(
      problems.length === 0,
      ['NodeHealthy', 'NodeNotHealthy'],
      `the node: ${problems.join(', ')}`,
    ),
  };
}

/** A Machine is ready if all that it consists of is, all that others demand, and nobody has found it unhealthy. */
function readyFinding(machine: Machine, own: Findings): Finding {
  const decisive = ['BootstrapConfigReady', 'InfrastructureReady', 'NodeHealthy'].map(
    (type) => [type, own[type]!] as const,
  );
  const failed = decisive.filter(([, { status }]) => status !== 'True');
  const health = findCondition(machine, 'HealthCheckSucceeded');
  const gates = (machine.spec.readinessGates ?? []).filter(
    ({ conditionType, polarity }) =>
      findCondition(machine, conditionType)?.status !== (polarity === 'Negative' ? 'False' : 'True'),
  );
  const problems = [
    ...failed.map(([type, { message, reason }]) => `${type}: ${message || reason}`),
    ...(health?.status === 'False' ? [`HealthCheckSucceeded: ${health.message}`] : []),
    ...gates.map(({ conditionType }) => `${conditionType}: it is demanded`),
  ];
  return finding(problems.length === 0, ['Ready', 'NotReady'], problems.join('; '));
}

/** Pure. Tells whether a Machine has been ready for long enough, or else when it will have been. */
export function availability(
  machine: Machine,
  ready: { readonly status: string; readonly lastTransitionTime: string } | undefined,
  nowMs: number,
): { readonly found: Finding; readonly nextMs?: number } {
  if (ready?.status !== 'True')
    return { found: { status: 'False', reason: 'NotReady', message: 'the machine is not ready' } };
  const left = Date.parse(ready.lastTransitionTime) + (machine.spec.minReadySeconds ?? 0) * 1_000 - nowMs;
  return left <= 0
    ? { found: { status: 'True', reason: 'Available' } }
    : {
        found: {
          status: 'False',
          reason: 'WaitingForMinReadySeconds',
          message: 'it has not been ready for long enough',
        },
        nextMs: left,
      };
}
