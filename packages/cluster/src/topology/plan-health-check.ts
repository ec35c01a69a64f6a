import { coreGroup } from '../contract/groups.ts';
import { labels as names } from '../contract/names.ts';
import type { MachineHealthCheckSpec } from '../kinds/machine-health-check.ts';
import type { PlannedPart } from './planned-part.ts';
import { TopologyProblem } from './topology-problem.ts';

/** How Machines are checked, as a class or a topology says it. */
export interface HealthSettings {
  readonly enabled?: boolean | undefined;
  readonly checks?: MachineHealthCheckSpec['checks'] | undefined;
  readonly remediation?: NonNullable<MachineHealthCheckSpec['remediation']> | undefined;
}

export interface CheckedPart {
  readonly name: string;
  readonly clusterName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Selects the Machines among those of the Cluster. */
  readonly selector: Readonly<Record<string, string>>;
}

/**
 * Pure. Returns the health check of the Machines of a part of a cluster. What the topology says of it takes the place of all
 * that the class says.
 * @throws TopologyProblem
 */
export function planHealthCheck(
  { name, clusterName, labels, selector }: CheckedPart,
  ofClass: HealthSettings | undefined,
  ofTopology: HealthSettings | undefined,
): PlannedPart | undefined {
  const { checks, remediation } = isSaid(ofTopology) ? ofTopology : (ofClass ?? {});
  const isDefined = isSaid({ checks, remediation });
  if (!isDefined && ofTopology?.enabled === true)
    throw new TopologyProblem([
      `the health check of ${name} is enabled, and neither class nor topology says how to check`,
    ]);
  if (!isDefined || ofTopology?.enabled === false) return undefined;
  const { triggerIf, templateRef } = remediation ?? {};
  return {
    reference: { apiGroup: coreGroup, kind: 'MachineHealthCheck', name },
    labels,
    annotations: {},
    spec: {
      clusterName,
      selector: { matchLabels: { [names.cluster]: clusterName, ...selector } },
      ...(checks && { checks }),
      ...(remediation && {
        remediation: { ...(triggerIf && { triggerIf }), ...(templateRef && { templateRef }) },
      }),
    },
  };
}

const isSaid = (settings: HealthSettings | undefined): settings is HealthSettings =>
  settings?.checks !== undefined || settings?.remediation !== undefined;
