import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { coreGroup } from '../contract/groups.ts';
import { annotations, labels } from '../contract/names.ts';
import type { ContractReference } from '../contract/reference.ts';
import type { ReplicatedMetadata } from '../contract/replicated-metadata.ts';
import type { ValueSchemas } from '../contract/value-schemas.ts';
import { templateName } from '../contract/template-name.ts';
import {
  type ClusterClass,
  type DeploymentClass,
  type TemplateReference,
  type TemplateRole,
  contractReferenceOf,
} from '../kinds/cluster-class.ts';
import { hostUses } from '../kinds/host-uses.ts';
import type { DeploymentTopology, TopologyVariable } from '../kinds/topology.ts';
import { builtinVariables } from './builtin-variables.ts';
import { type ControlPlaneSpec, machinesMadeFrom, machinesOf } from './control-plane-machines.ts';
import { type VariableValues, patchedTemplate } from './patch-template.ts';
import { planHealthCheck } from './plan-health-check.ts';
import { partName } from './plan-names.ts';
import { type UpgradeProgress, planVersions } from './plan-versions.ts';
import type { PlannedPart } from './planned-part.ts';
import { resolveVariables, withOverrides } from './resolve-variables.ts';
import { type SeenTopology, seenVersions } from './seen-topology.ts';
import { TopologyProblem } from './topology-problem.ts';

/** A ClusterClass with the templates that it names. */
export interface Blueprint {
  readonly class: ClusterClass;
  readonly templateOf: (reference: TemplateReference) => KubeObject;
}

export interface TopologyPlan {
  readonly infrastructure: PlannedPart;
  readonly controlPlane: PlannedPart;
  /** Templates of machines and of what these boot with. They never change. */
  readonly templates: readonly PlannedPart[];
  readonly deployments: readonly PlannedPart[];
  readonly healthChecks: readonly PlannedPart[];
  readonly progress: UpgradeProgress;
}

const namings = {
  part: '{{ .cluster.name }}-{{ .random }}',
  deployment: '{{ .cluster.name }}-{{ .machineDeployment.topologyName }}-{{ .random }}',
};

/**
 * Pure. Plans the objects of a cluster from its topology and its class.
 * @throws TopologyProblem
 */
export function planTopology(blueprint: Blueprint, seen: SeenTopology, schemas: ValueSchemas): TopologyPlan {
  const { spec } = blueprint.class;
  const { progress, ...versions } = planVersions(seenVersions(seen, spec.kubernetesVersions ?? []));
  const planning = { blueprint, seen, schemas };
  const { controlPlane, machines, healthCheck } = planControlPlane(planning, versions.controlPlane);
  const workers = (seen.topology.workers?.machineDeployments ?? []).flatMap((topology) => {
    const version = versions.deployments.get(topology.name);
    const ofClass = spec.workers?.machineDeployments?.find((each) => each.class === topology.class);
    if (!ofClass)
      throw new TopologyProblem([`the class has no MachineDeployments of the class ${topology.class}`]);
    return version === undefined ? [] : [planDeployment(planning, topology, ofClass, version)];
  });
  assertOneOfEachName(workers.map(({ deployment }) => deployment));
  return {
    infrastructure: planInfrastructure(planning),
    controlPlane,
    templates: [...machines, ...workers.flatMap((each) => each.templates)],
    deployments: workers.map(({ deployment }) => deployment),
    healthChecks: [healthCheck, ...workers.map((each) => each.healthCheck)].filter(
      (each) => each !== undefined,
    ),
    progress,
  };
}

/** Two of one name would take each other's place for ever. @throws TopologyProblem */
function assertOneOfEachName(deployments: readonly PlannedPart[]): void {
  const names = deployments.map(({ reference }) => reference.name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new TopologyProblem([
      `the class names several MachineDeployments ${twice}: its naming must tell them apart`,
    ]);
}

interface Planning {
  readonly blueprint: Blueprint;
  readonly seen: SeenTopology;
  readonly schemas: ValueSchemas;
}

function planInfrastructure(planning: Planning): PlannedPart {
  const { blueprint, seen } = planning;
  const { infrastructure } = blueprint.class.spec;
  const variables = variablesOf(planning, {}, []);
  const template = templateFor(
    planning,
    infrastructure.templateRef,
    { of: 'infrastructureCluster' },
    variables,
  );
  const current = seen.cluster.spec.infrastructureRef;
  const name =
    current?.name ??
    partName(seen.cluster, infrastructure.naming?.template ?? namings.part, { role: 'infrastructure' });
  const { metadata, spec } = madeFrom(template);
  return {
    reference: sameKind(kindMadeFrom(infrastructure.templateRef, name), current, 'the infrastructure'),
    labels: { ...metadata.labels, ...ownLabels(seen) },
    annotations: { ...metadata.annotations, ...clonedFrom(infrastructure.templateRef) },
    spec,
  };
}

function planControlPlane(
  planning: Planning,
  version: string,
): {
  readonly controlPlane: PlannedPart;
  readonly machines: readonly PlannedPart[];
  readonly healthCheck: PlannedPart | undefined;
} {
  const { blueprint, seen } = planning;
  const { cluster } = seen;
  const ofClass = blueprint.class.spec.controlPlane;
  const ofTopology = seen.topology.controlPlane ?? {};
  const current = cluster.spec.controlPlaneRef;
  const name =
    current?.name ?? partName(cluster, ofClass.naming?.template ?? namings.part, { role: 'control-plane' });
  const { replicas } = ofTopology;
  const metadata = joined(ofClass.metadata, ofTopology.metadata);
  const variables = variablesOf(
    planning,
    { controlPlane: { version, name, replicas, metadata } },
    ofTopology.variables?.overrides ?? [],
  );
  const role: TemplateRole = { of: 'controlPlane' };
  const template = madeFrom(templateFor(planning, ofClass.templateRef, role, variables));
  const machines =
    ofClass.machineInfrastructure &&
    planTemplate(
      planning,
      { owner: `${cluster.metadata.name}-control-plane`, ...ofClass.machineInfrastructure, role },
      variables,
    );
  if (machines && seen.controlPlane)
    sameKind(machines.reference, machinesOf(seen.controlPlane), 'machines of the control plane');
  const given = template.spec as ControlPlaneSpec;
  const rollout = { ...given.rollout, ...ofTopology.rollout };
  return {
    controlPlane: {
      reference: sameKind(kindMadeFrom(ofClass.templateRef, name), current, 'the control plane'),
      labels: { ...template.metadata.labels, ...metadata.labels, ...ownLabels(seen) },
      annotations: {
        ...template.metadata.annotations,
        ...metadata.annotations,
        ...clonedFrom(ofClass.templateRef),
      },
      spec: {
        ...given,
        version,
        ...(replicas !== undefined && { replicas }),
        ...(Object.keys(rollout).length > 0 && { rollout }),
        ...(machines && {
          machineTemplate: {
            ...given.machineTemplate,
            metadata: joined(joined(given.machineTemplate?.metadata, metadata), { labels: ownLabels(seen) }),
            ...machinesMadeFrom(
              machines.reference,
              settingsOf(ofClass, ofTopology, ['deletion', 'readinessGates', 'taints']),
              { ofClass, given },
            ),
          },
        }),
      },
    },
    machines: machines ? [machines] : [],
    healthCheck: planHealthCheck(
      {
        name,
        clusterName: cluster.metadata.name,
        labels: ownLabels(seen),
        selector: { [labels.controlPlane]: '' },
      },
      ofClass.healthCheck,
      ofTopology.healthCheck,
    ),
  };
}

function planDeployment(
  planning: Planning,
  ofTopology: DeploymentTopology,
  ofClass: DeploymentClass,
  version: string,
): {
  readonly deployment: PlannedPart;
  readonly templates: readonly PlannedPart[];
  readonly healthCheck: PlannedPart | undefined;
} {
  const { seen } = planning;
  const { cluster } = seen;
  const clusterName = cluster.metadata.name;
  const topologyName = ofTopology.name;
  const current = seen.deployments.get(topologyName);
  const name =
    current?.metadata.name ??
    partName(cluster, ofClass.naming?.template ?? namings.deployment, {
      role: 'workers',
      machineDeployment: { topologyName },
    });
  const { replicas } = ofTopology;
  const metadata = joined(ofClass.metadata, ofTopology.metadata);
  const variables = variablesOf(
    planning,
    { machineDeployment: { version, name, replicas, metadata, class: ofClass.class, topologyName } },
    ofTopology.variables?.overrides ?? [],
  );
  const role: TemplateRole = { of: 'machineDeployment', class: ofClass.class };
  const [bootstrap, infrastructure] = [ofClass.bootstrap, ofClass.infrastructure].map((each) =>
    planTemplate(planning, { owner: name, ...each, role }, variables),
  ) as [PlannedPart, PlannedPart];
  if (current)
    sameKind(
      infrastructure.reference,
      current.spec.template.spec.infrastructureRef,
      `machines of ${topologyName}`,
    );
  const own = { ...ownLabels(seen), [labels.topologyDeployment]: topologyName };
  const { order, ...deletion } = { ...ofClass.deletion, ...ofTopology.deletion };
  const strategy = ofTopology.rollout?.strategy ?? ofClass.rollout?.strategy;
  const rollout = { ...ofTopology.rollout, ...(strategy && { strategy }) };
  const maxInFlight =
    ofTopology.healthCheck?.remediation?.maxInFlight ?? ofClass.healthCheck?.remediation?.maxInFlight;
  return {
    deployment: {
      reference: { apiGroup: coreGroup, kind: 'MachineDeployment', name },
      labels: { ...metadata.labels, ...own },
      annotations: metadata.annotations ?? {},
      spec: {
        clusterName,
        ...(replicas !== undefined && { replicas }),
        selector: { matchLabels: own },
        ...(Object.keys(rollout).length > 0 && { rollout }),
        ...(maxInFlight !== undefined && { remediation: { maxInFlight } }),
        ...(order && { deletion: { order } }),
        template: {
          metadata: joined(metadata, { labels: own }),
          spec: {
            clusterName,
            version,
            bootstrap: { configRef: bootstrap.reference },
            infrastructureRef: infrastructure.reference,
            ...settingsOf(ofClass, ofTopology, [
              'failureDomain',
              'minReadySeconds',
              'readinessGates',
              'taints',
            ]),
            ...(Object.keys(deletion).length > 0 && { deletion }),
          },
        },
      },
    },
    templates: [bootstrap, infrastructure],
    healthCheck: planHealthCheck(
      { name, clusterName, labels: own, selector: { [labels.topologyDeployment]: topologyName } },
      ofClass.healthCheck,
      ofTopology.healthCheck,
    ),
  };
}

/** @throws TopologyProblem */
function variablesOf(
  { blueprint, seen, schemas }: Planning,
  part: Parameters<typeof builtinVariables>[2],
  overrides: readonly TopologyVariable[],
): VariableValues {
  const given = withOverrides(seen.topology.variables ?? [], overrides);
  const { problems, ...resolved } = resolveVariables(blueprint.class.spec.variables ?? [], given, schemas);
  if (problems) throw new TopologyProblem(problems);
  return {
    ...('values' in resolved && resolved.values),
    builtin: builtinVariables(seen.cluster, seen.topology, part),
  };
}

/**
 * Returns a template after the patches of the class. A template uses of the host what its author may use, so that no patch
 * may have it use more.
 * @throws TopologyProblem
 */
function templateFor(
  { blueprint }: Planning,
  reference: TemplateReference,
  role: TemplateRole,
  variables: VariableValues,
): KubeObject {
  const object = blueprint.templateOf(reference);
  const patched = patchedTemplate({ reference, role, object }, blueprint.class.spec.patches ?? [], variables);
  const allowed = new Set(usesOfHost(object).map(({ text }) => text));
  const more = usesOfHost(patched).find(({ text }) => !allowed.has(text));
  if (more)
    throw new TopologyProblem([
      `patches have ${reference.kind} ${reference.name} use more of the host than it does itself: ${more.field}`,
    ]);
  return patched;
}

/** For which programs a service of the host is used, the author of a class answers for, whose right to it is checked. */
const usesOfHost = (template: KubeObject): readonly { readonly field: string; readonly text: string }[] =>
  (hostUses[template.kind]?.({ ...template, spec: template.spec }) ?? []).map((use) => {
    const { field, work: _work, ...used } = { work: undefined, ...use };
    return { field, text: JSON.stringify(used) };
  });

function planTemplate(
  planning: Planning,
  {
    owner,
    templateRef,
    role,
  }: { readonly owner: string; readonly templateRef: TemplateReference; readonly role: TemplateRole },
  variables: VariableValues,
): PlannedPart {
  const { metadata, spec } = templateFor(planning, templateRef, role, variables);
  const { kind, apiGroup } = contractReferenceOf(templateRef);
  return {
    reference: { apiGroup, kind, name: templateName(owner, spec) },
    labels: { ...metadata.labels, ...ownLabels(planning.seen) },
    annotations: clonedFrom(templateRef),
    spec: spec as object,
  };
}

/** Returns what a template says of the object that is made from it. */
function madeFrom({ spec }: KubeObject): { readonly metadata: ReplicatedMetadata; readonly spec: object } {
  const { template = {} } = (spec ?? {}) as {
    readonly template?: { readonly metadata?: ReplicatedMetadata; readonly spec?: object };
  };
  return { metadata: template.metadata ?? {}, spec: template.spec ?? {} };
}

const kindMadeFrom = (template: TemplateReference, name: string): ContractReference => {
  const { apiGroup, kind } = contractReferenceOf(template);
  return { apiGroup, kind: kind.replace(/Template$/, ''), name };
};

/** What is there cannot become another kind: a class is changed only for one whose templates are of the same kinds. */
function sameKind(
  wanted: ContractReference,
  current: ContractReference | undefined,
  what: string,
): ContractReference {
  if (current && (current.kind !== wanted.kind || current.apiGroup !== wanted.apiGroup))
    throw new TopologyProblem([
      `the class does not fit: ${what} must stay ${current.kind} of ${current.apiGroup}`,
    ]);
  return wanted;
}

const ownLabels = ({ cluster }: SeenTopology): Readonly<Record<string, string>> => ({
  [labels.cluster]: cluster.metadata.name,
  [labels.topologyOwned]: '',
});

const clonedFrom = ({ apiVersion, kind, name }: TemplateReference): Readonly<Record<string, string>> => ({
  [annotations.clonedFromName]: name,
  [annotations.clonedFromGroupKind]: `${kind}.${apiVersion.split('/')[0]}`,
});

const joined = (
  first: ReplicatedMetadata | undefined,
  second: ReplicatedMetadata | undefined,
): ReplicatedMetadata => ({
  labels: { ...first?.labels, ...second?.labels },
  annotations: { ...first?.annotations, ...second?.annotations },
});

/** Returns the settings that a topology says, or else its class. */
const settingsOf = <Name extends string>(
  ofClass: Partial<Record<Name, unknown>>,
  ofTopology: Partial<Record<Name, unknown>>,
  names: readonly Name[],
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = ofTopology[name] ?? ofClass[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
