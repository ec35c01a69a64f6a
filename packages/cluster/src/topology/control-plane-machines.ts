import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ContractReference } from '../contract/reference.ts';
import type { ReplicatedMetadata } from '../contract/replicated-metadata.ts';
import { type ClusterClass, type TemplateReference, contractReferenceOf } from '../kinds/cluster-class.ts';
import { TopologyProblem } from './topology-problem.ts';

/** What a topology reads of the spec of a control plane and sets in it. */
export interface ControlPlaneSpec {
  readonly rollout?: object;
  readonly machineTemplate?: {
    readonly metadata?: ReplicatedMetadata;
    readonly spec?: { readonly infrastructureRef?: ContractReference };
    /** Of control planes by k3s. */
    readonly infrastructureRef?: TemplateReference;
  };
}

/** Pure. Returns the template of the machines of a control plane; `undefined` if it has none. */
export function machinesOf({ spec }: KubeObject): ContractReference | undefined {
  const { machineTemplate } = (spec ?? {}) as ControlPlaneSpec;
  const { infrastructureRef } = machineTemplate ?? {};
  return infrastructureRef
    ? contractReferenceOf(infrastructureRef)
    : machineTemplate?.spec?.infrastructureRef;
}

/**
 * Pure. Returns what a control plane says of the template of its machines and of their settings, which k3s writes in a form of its own.
 * @throws TopologyProblem
 */
export function machinesMadeFrom(
  { kind, name }: ContractReference,
  settings: Readonly<Record<string, unknown>>,
  {
    ofClass: { templateRef, machineInfrastructure },
    given,
  }: { readonly ofClass: ClusterClass['spec']['controlPlane']; readonly given: ControlPlaneSpec },
): object {
  const { apiVersion } = machineInfrastructure!.templateRef;
  if (templateRef.kind !== 'KThreesControlPlaneTemplate') {
    const infrastructureRef = contractReferenceOf({ apiVersion, kind, name });
    return { spec: { ...given.machineTemplate?.spec, ...settings, infrastructureRef } };
  }
  const { deletion = {}, ...others } = settings;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new TopologyProblem([`control planes by k3s have no ${unknown}`]);
  const times = Object.entries(deletion as Readonly<Record<string, number>>).map(
    ([field, seconds]) => [field.replace(/Seconds$/, ''), `${seconds}s`] as const,
  );
  return { ...Object.fromEntries(times), infrastructureRef: { apiVersion, kind, name } };
}
