import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { groupOf } from '@ignite/toolkit/object/group-kind';
import { described } from '@ignite/toolkit/schema/described';
import { hasExactlyOne } from '@ignite/toolkit/schema/exactly-one';
import * as v from 'valibot';
import { parseClassTemplate } from '../contract/class-template.ts';
import { kubernetesVersionSchema } from '../contract/kubernetes-version.ts';
import { readinessGatesSchema } from '../contract/polarity.ts';
import type { ContractReference } from '../contract/reference.ts';
import {
  classNameSchema,
  controlPlaneHealthEntries,
  machineSettings,
  workerHealthEntries,
  workerSettings,
} from './topology.ts';
import { machineRolloutSchema } from './machine-deployment.ts';
import { machineDeletionSchema } from './machine.ts';

const isTemplate = (text: string): boolean => {
  try {
    parseClassTemplate('template', text);
    return true;
  } catch {
    return false;
  }
};

const goTemplate = (longest: number) =>
  v.pipe(
    v.string(),
    v.nonEmpty(),
    v.maxLength(longest),
    v.check(isTemplate, 'must be a Go template whose functions are known'),
  );

const templateReferenceSchema = v.strictObject({
  apiVersion: v.pipe(v.string(), v.regex(/^[^/]+\/[^/]+$/, 'must be a group and a version')),
  kind: v.pipe(v.string(), v.endsWith('Template', 'must be a kind of templates'), v.minLength(9)),
  name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(253)),
});
export type TemplateReference = v.InferOutput<typeof templateReferenceSchema>;

const templateSchema = v.strictObject({ templateRef: templateReferenceSchema });

const namingSchema = (variables: string) =>
  v.optional(
    v.strictObject({
      template: described(`Names, as \`${variables}\`.`, v.optional(goTemplate(1_024))),
    }),
  );

const deploymentClassSchema = v.strictObject({
  class: described('Name, by which topologies choose the class.', classNameSchema),
  bootstrap: described('Template of what Machines boot with.', templateSchema),
  infrastructure: described('Template of the machines.', templateSchema),
  naming: namingSchema('{{ .cluster.name }}-{{ .machineDeployment.topologyName }}-{{ .random }}'),
  rollout: v.optional(v.strictObject({ strategy: machineRolloutSchema.entries.strategy })),
  healthCheck: v.optional(v.strictObject(workerHealthEntries)),
  ...workerSettings,
});
export type DeploymentClass = v.InferOutput<typeof deploymentClassSchema>;

const variableSchema = v.strictObject({
  name: v.pipe(
    v.string(),
    v.nonEmpty(),
    v.maxLength(256),
    v.check((name) => name !== 'builtin' && !name.includes('.'), 'must not be builtin, nor have a dot'),
  ),
  required: described('Whether each topology must give a value.', v.optional(v.boolean(), false)),
  schema: v.strictObject({
    openAPIV3Schema: described(
      'Schema of the values: OpenAPI v3 with the extensions of CustomResourceDefinitions.',
      v.record(v.string(), v.unknown()),
    ),
  }),
});
export type VariableDefinition = v.InferOutput<typeof variableSchema>;

const classesSchema = v.optional(
  v.strictObject({ names: v.optional(v.array(v.pipe(v.string(), v.nonEmpty()))) }),
);

const selectorSchema = v.strictObject({
  apiVersion: v.pipe(v.string(), v.nonEmpty()),
  kind: v.pipe(v.string(), v.nonEmpty()),
  matchResources: v.pipe(
    v.strictObject({
      infrastructureCluster: v.optional(v.boolean()),
      controlPlane: described('The control plane, and its machines.', v.optional(v.boolean())),
      machineDeploymentClass: described('Classes of workers; `*` stands for any ending.', classesSchema),
    }),
    v.check((match) => Object.keys(match).length > 0, 'must match something'),
  ),
});
export type PatchSelector = v.InferOutput<typeof selectorSchema>;

const jsonPatchSchema = v.pipe(
  v.strictObject({
    op: v.picklist(['add', 'replace', 'remove']),
    path: v.pipe(v.string(), v.startsWith('/spec/', 'must begin with /spec/'), v.maxLength(512)),
    value: described('Any JSON.', v.optional(v.unknown())),
    valueFrom: v.optional(
      v.pipe(
        v.strictObject({
          variable: described('Path of a variable, such as `a.b[0]`.', v.optional(v.string())),
          template: described('Go template that results in YAML.', v.optional(goTemplate(10_240))),
        }),
        v.check(
          (from) => hasExactlyOne(from, ['variable', 'template']),
          'must have either variable or template',
        ),
      ),
    ),
  }),
  v.check(
    ({ op, value, valueFrom }) =>
      [value, valueFrom].filter((each) => each !== undefined).length === (op === 'remove' ? 0 : 1),
    'must have either value or valueFrom, and neither to remove something',
  ),
);
export type ClassJsonPatch = v.InferOutput<typeof jsonPatchSchema>;

const patchSchema = v.strictObject({
  name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(256)),
  description: v.optional(v.string()),
  enabledIf: described(
    'Go template that says `true` where the patch is applied; without it, everywhere.',
    v.optional(goTemplate(256)),
  ),
  definitions: v.pipe(
    v.array(
      v.strictObject({
        selector: selectorSchema,
        jsonPatches: v.pipe(v.array(jsonPatchSchema), v.minLength(1), v.maxLength(100)),
      }),
    ),
    v.minLength(1),
    v.maxLength(100),
  ),
});
export type ClassPatch = v.InferOutput<typeof patchSchema>;

const unique = <T>(of: (item: T) => string) =>
  v.check<T[], string>((items) => new Set(items.map(of)).size === items.length, 'must have different names');

export const clusterClassSpecSchema = v.pipe(
  v.strictObject({
    infrastructure: v.strictObject({
      ...templateSchema.entries,
      naming: namingSchema('{{ .cluster.name }}-{{ .random }}'),
    }),
    controlPlane: v.strictObject({
      ...templateSchema.entries,
      machineInfrastructure: described(
        'Template of the machines, for control planes that have some.',
        v.optional(templateSchema),
      ),
      naming: namingSchema('{{ .cluster.name }}-{{ .random }}'),
      healthCheck: v.optional(v.strictObject(controlPlaneHealthEntries)),
      deletion: v.optional(machineDeletionSchema),
      ...machineSettings,
    }),
    workers: v.optional(
      v.strictObject({
        machineDeployments: v.optional(
          v.pipe(
            v.array(deploymentClassSchema),
            unique((each: DeploymentClass) => each.class),
          ),
        ),
      }),
    ),
    variables: v.optional(
      v.pipe(
        v.array(variableSchema),
        v.maxLength(1_000),
        unique((each: VariableDefinition) => each.name),
      ),
    ),
    patches: v.optional(
      v.pipe(
        v.array(patchSchema),
        v.maxLength(1_000),
        unique((each: ClassPatch) => each.name),
      ),
    ),
    kubernetesVersions: described(
      'Versions that upgrades over several minor versions go through, the oldest first.',
      v.optional(v.array(kubernetesVersionSchema)),
    ),
    availabilityGates: v.optional(readinessGatesSchema),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (dataset.typed) for (const message of problemsOfPatches(dataset.value)) addIssue({ message });
  }),
);
export type ClusterClassSpec = v.InferOutput<typeof clusterClassSpecSchema>;

/** What a template of a class is for. */
export type TemplateRole =
  | { readonly of: 'infrastructureCluster' }
  | { readonly of: 'controlPlane' }
  | { readonly of: 'machineDeployment'; readonly class: string };

/** Pure. Returns the templates of a class, with what they are for. */
export function templatesOfClass({
  infrastructure,
  controlPlane,
  workers,
}: Pick<ClusterClassSpec, 'infrastructure' | 'controlPlane' | 'workers'>): readonly {
  readonly reference: TemplateReference;
  readonly role: TemplateRole;
}[] {
  const { machineInfrastructure } = controlPlane;
  return [
    { reference: infrastructure.templateRef, role: { of: 'infrastructureCluster' } },
    { reference: controlPlane.templateRef, role: { of: 'controlPlane' } },
    ...(machineInfrastructure
      ? [{ reference: machineInfrastructure.templateRef, role: { of: 'controlPlane' } as const }]
      : []),
    ...(workers?.machineDeployments ?? []).flatMap(({ class: name, bootstrap, infrastructure: machines }) =>
      [bootstrap, machines].map(({ templateRef: reference }) => ({
        reference,
        role: { of: 'machineDeployment', class: name } as const,
      })),
    ),
  ];
}

/** Pure. Tells whether a patch is for a template. */
export function selectsTemplate(
  { apiVersion, kind, matchResources }: PatchSelector,
  reference: TemplateReference,
  role: TemplateRole,
): boolean {
  if (apiVersion !== reference.apiVersion || kind !== reference.kind) return false;
  if (role.of === 'infrastructureCluster') return matchResources.infrastructureCluster === true;
  if (role.of === 'controlPlane') return matchResources.controlPlane === true;
  const names = matchResources.machineDeploymentClass?.names ?? [];
  return names.some((name) => isNamed(role.class, name));
}

/** A `*` at the beginning or at the end of a pattern stands for anything. */
function isNamed(name: string, pattern: string): boolean {
  if (pattern === '*') return true;
  if (pattern.startsWith('*')) return name.endsWith(pattern.slice(1));
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function problemsOfPatches(
  spec: {
    readonly patches?: readonly ClassPatch[] | undefined;
    readonly variables?: readonly VariableDefinition[] | undefined;
  } & Pick<ClusterClassSpec, 'infrastructure' | 'controlPlane' | 'workers'>,
): readonly string[] {
  const templates = templatesOfClass(spec);
  const known = new Set(['builtin', ...(spec.variables ?? []).map(({ name }) => name)]);
  return (spec.patches ?? []).flatMap(({ name, definitions }) =>
    definitions.flatMap(({ selector, jsonPatches }) => [
      ...(templates.some(({ reference, role }) => selectsTemplate(selector, reference, role))
        ? []
        : [
            `patch ${name} selects ${selector.kind} of ${selector.apiVersion}, which no such template of the class is`,
          ]),
      ...jsonPatches.flatMap(({ valueFrom }) => {
        const variable = valueFrom?.variable?.split(/[.[]/)[0];
        return variable === undefined || known.has(variable)
          ? []
          : [`patch ${name} uses the variable ${variable}, which the class does not define`];
      }),
    ]),
  );
}

export const contractReferenceOf = ({ apiVersion, kind, name }: TemplateReference): ContractReference => ({
  apiGroup: groupOf(apiVersion),
  kind,
  name,
});

/** What Clusters of one sort are made from: templates, the variables by which they differ, and patches that make use of these. */
export interface ClusterClass extends KubeObject {
  readonly kind: 'ClusterClass';
  readonly spec: ClusterClassSpec;
  readonly status?: {
    readonly variables?: readonly {
      readonly name: string;
      readonly definitions: readonly Readonly<Record<string, unknown>>[];
    }[];
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
  };
}
