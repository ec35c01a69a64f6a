import { formatLabelSelector } from '@ignite/toolkit/client/label-selector';
import { findCondition, finding, withFindings } from '../contract/conditions.ts';
import { oldestOf } from '../contract/kubernetes-version.ts';
import { labels } from '../contract/names.ts';
import type { ControlPlane } from '../kinds/control-plane.ts';
import type { Machine } from '../kinds/machine.ts';
import type { Reconciled, Work } from '../runtime/controller.ts';
import type { ControlPlaneWish } from './control-plane-provider.ts';
import type { ControlPlaneAction } from './plan-control-plane.ts';

const waitMs = 15_000;
const lookMs = 60_000;

/** Pure but for the clock. Returns a control plane with the status that follows from its Machines and what is done next. */
export function withStatus<T extends ControlPlane>(
  {
    controlPlane,
    wish: { replicas, version },
    work: { clock },
  }: { readonly controlPlane: T; readonly wish: ControlPlaneWish; readonly work: Work },
  machines: readonly Machine[],
  action: ControlPlaneAction,
): Reconciled<T> {
  const { version: _before, ...withoutVersion } = controlPlane.status ?? {};
  const number = (type: string): number =>
    machines.filter(
      (each) => each.metadata.deletionTimestamp === undefined && findCondition(each, type)?.status === 'True',
    ).length;
  const isInitialized = controlPlane.status?.initialization?.controlPlaneInitialized === true;
  const [ready, available, upToDate] = [number('Ready'), number('Available'), number('UpToDate')];
  const message = action.type === 'wait' ? action.reason : '';
  const versions = Map.groupBy(machines, ({ spec }) => spec.version ?? version);
  const [first, ...others] = versions.keys();
  const findings = {
    Initialized: finding(isInitialized, ['Initialized', 'NotInitialized'], message),
    Available: finding(
      isInitialized && available > Math.floor(replicas / 2),
      ['Available', 'NotAvailable'],
      message || `${available} of ${replicas} Machines are available`,
    ),
    CertificatesAvailable: finding(!message.startsWith('keys'), ['Available', 'NotAvailable'], message),
    MachinesReady: finding(ready === machines.length, ['Ready', 'NotReady']),
    MachinesUpToDate: finding(upToDate === machines.length, ['UpToDate', 'NotUpToDate']),
    RollingOut: { ...finding(upToDate < machines.length, ['RollingOut', 'NotRollingOut']), message },
    ScalingUp: { ...finding(machines.length < replicas, ['ScalingUp', 'NotScalingUp']), message },
    ScalingDown: { ...finding(machines.length > replicas, ['ScalingDown', 'NotScalingDown']), message },
    Remediating: finding(action.type === 'remediate', ['Remediating', 'NotRemediating']),
    Deleting: finding(controlPlane.metadata.deletionTimestamp !== undefined, ['Deleting', 'NotDeleting']),
  };
  const selector = [
    { key: labels.cluster, operator: 'In', values: [controlPlane.metadata.labels[labels.cluster] ?? ''] },
    { key: labels.controlPlane, operator: 'Exists' },
  ] as const;
  return {
    object: {
      ...controlPlane,
      status: {
        ...withoutVersion,
        selector: formatLabelSelector(selector),
        replicas: machines.length,
        readyReplicas: ready,
        availableReplicas: available,
        upToDateReplicas: upToDate,
        ...(first !== undefined && { version: oldestOf(first, ...others) }),
        versions: [...versions].map(([each, of]) => ({ version: each, replicas: of.length })),
        conditions: withFindings(controlPlane.status?.conditions, findings, controlPlane, clock.now()),
      },
    },
    requeueAfterMs: action.type === 'nothing' ? lookMs : waitMs,
  };
}
