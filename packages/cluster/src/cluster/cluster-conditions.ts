import {
  type Finding,
  type Findings,
  connectionProbe,
  finding,
  findCondition,
  mirrored,
} from '../contract/conditions.ts';
import { countOf } from '../contract/int-or-percent.ts';
import type { ProviderObject } from '../contract/provider-object.ts';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type ReplicaCounts, type Cluster, isUsable } from '../kinds/cluster.ts';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import type { MachinePool } from '../kinds/machine-pool.ts';
import type { Machine } from '../kinds/machine.ts';

/** A number of workers. */
export type WorkerGroup = MachineDeployment | MachinePool;

/** What a Cluster sees of its parts. */
export interface ClusterParts {
  readonly infrastructure: KubeObject | undefined;
  readonly controlPlane: { readonly object: KubeObject; readonly contract: ProviderObject } | undefined;
  /** MachineDeployments and MachinePools. */
  readonly workers: readonly WorkerGroup[];
  readonly controlPlaneMachines: readonly Machine[];
  readonly workerMachines: readonly Machine[];
  readonly isReachable: boolean;
}

/** Pure. Returns the conditions of a Cluster. */
export function clusterFindings(cluster: Cluster, parts: ClusterParts): Findings {
  const { infrastructure, controlPlane, workers, controlPlaneMachines, workerMachines, isReachable } = parts;
  const { initialization } = cluster.status ?? {};
  const isInitialized = initialization?.controlPlaneInitialized === true;
  const short = workers.filter((each) => !isEnough(each));
  const findings = {
    InfrastructureReady: mirrored(
      infrastructure,
      'Ready',
      finding(
        initialization?.infrastructureProvisioned === true,
        ['Provisioned', 'NotProvisioned'],
        'the infrastructure of the cluster is not there yet',
      ),
    ),
    ControlPlaneInitialized: finding(
      isInitialized,
      ['Initialized', 'NotInitialized'],
      'the control plane is not initialized yet',
    ),
    ControlPlaneAvailable: controlPlane
      ? mirrored(controlPlane.object, 'Available', finding(isInitialized, ['Available', 'NotAvailable']))
      : finding(isInitialized, ['Available', 'NotAvailable'], 'the control plane is not there yet'),
    WorkersAvailable: workersFinding(workers, short),
    ControlPlaneMachinesReady: machinesFinding(controlPlaneMachines, 'Ready', ['Ready', 'NotReady']),
    WorkerMachinesReady: machinesFinding(workerMachines, 'Ready', ['Ready', 'NotReady']),
    ControlPlaneMachinesUpToDate: machinesFinding(controlPlaneMachines, 'UpToDate', [
      'UpToDate',
      'NotUpToDate',
    ]),
    WorkerMachinesUpToDate: machinesFinding(workerMachines, 'UpToDate', ['UpToDate', 'NotUpToDate']),
    [connectionProbe]: finding(
      isReachable,
      ['ProbeSucceeded', 'ProbeFailed'],
      'the API server of the cluster does not answer',
    ),
    Deleting: finding(cluster.metadata.deletionTimestamp !== undefined, ['Deleting', 'NotDeleting']),
  } satisfies Findings;
  const decisive = [
    findings.InfrastructureReady,
    findings.ControlPlaneAvailable,
    findings.WorkersAvailable,
    findings[connectionProbe],
  ] as const;
  return { ...findings, Available: summaryOf(decisive, isUsable(cluster.spec.controlPlaneEndpoint)) };
}

function summaryOf(parts: readonly Finding[], hasEndpoint: boolean): Finding {
  const failed = parts.filter(({ status }) => status !== 'True');
  const messages = [
    ...(hasEndpoint ? [] : ['there is no endpoint of the control plane yet']),
    ...failed.map(({ message, reason }) => message || reason),
  ];
  return finding(messages.length === 0, ['Available', 'NotAvailable'], messages.join('; '));
}

function workersFinding(workers: readonly WorkerGroup[], short: readonly WorkerGroup[]): Finding {
  if (workers.length === 0) return { status: 'True', reason: 'NoWorkers' };
  const names = short.map(({ metadata }) => metadata.name).join(', ');
  const [kind = '', ...others] = new Set(short.map((each) => each.kind));
  const what = others.length > 0 ? 'workers' : `${kind}${short.length === 1 ? '' : 's'}`;
  return finding(
    short.length === 0,
    ['Available', 'NotAvailable'],
    `${what} ${names} ${short.length === 1 ? 'is' : 'are'} not available`,
  );
}

const isEnough = ({ spec, status }: WorkerGroup): boolean => {
  const { maxUnavailable = 0 } = ('rollout' in spec && spec.rollout?.strategy?.rollingUpdate) || {};
  const replicas = spec.replicas ?? 1;
  return (status?.availableReplicas ?? 0) >= replicas - countOf(maxUnavailable, replicas, 'down');
};

function machinesFinding(
  machines: readonly Machine[],
  type: string,
  reasons: readonly [string, string],
): Finding {
  if (machines.length === 0) return { status: 'True', reason: 'NoReplicas' };
  const failed = machines.filter((machine) => findCondition(machine, type)?.status !== 'True');
  return finding(
    failed.length === 0,
    reasons,
    `Machines: ${failed
      .map(({ metadata }) => metadata.name)
      .toSorted()
      .join(', ')}`,
  );
}

/** Pure. Adds up the replicas of workers. */
export const workerCounts = (workers: readonly WorkerGroup[]): ReplicaCounts => {
  const total = (of: (each: WorkerGroup) => number | undefined): number =>
    workers.reduce((all, each) => all + (of(each) ?? 0), 0);
  return {
    desiredReplicas: total(({ spec }) => spec.replicas),
    replicas: total(({ status }) => status?.replicas),
    upToDateReplicas: total(({ status }) => status?.upToDateReplicas),
    readyReplicas: total(({ status }) => status?.readyReplicas),
    availableReplicas: total(({ status }) => status?.availableReplicas),
  };
};
