import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { webhookTargetSchema } from '../../webhook/webhook-target.ts';

const text = v.exactOptional(v.string());
const texts = v.exactOptional(v.array(v.string()));

const namesSchema = v.strictObject({
  plural: v.string(),
  singular: text,
  kind: v.string(),
  listKind: text,
  shortNames: texts,
  categories: texts,
});

const columnSchema = v.strictObject({
  name: v.string(),
  type: v.string(),
  jsonPath: v.string(),
  description: text,
  format: text,
  priority: v.exactOptional(v.number()),
});

const subresourcesSchema = v.strictObject({
  status: v.exactOptional(v.looseObject({})),
  scale: v.exactOptional(
    v.strictObject({
      specReplicasPath: v.string(),
      statusReplicasPath: v.string(),
      labelSelectorPath: text,
    }),
  ),
});

const versionSchema = v.strictObject({
  name: v.string(),
  served: v.boolean(),
  storage: v.boolean(),
  deprecated: v.exactOptional(v.boolean()),
  deprecationWarning: text,
  schema: v.exactOptional(
    v.strictObject({ openAPIV3Schema: v.exactOptional(v.record(v.string(), v.unknown())) }),
  ),
  subresources: v.exactOptional(subresourcesSchema),
  additionalPrinterColumns: v.exactOptional(v.array(columnSchema)),
  selectableFields: v.exactOptional(v.array(v.strictObject({ jsonPath: v.string() }))),
});

const conversionSchema = v.strictObject({
  strategy: v.string(),
  webhook: v.exactOptional(
    v.strictObject({
      conversionReviewVersions: v.array(v.string()),
      clientConfig: v.exactOptional(webhookTargetSchema),
    }),
  ),
});

export const definitionSpecSchema = v.strictObject({
  group: described('The API group of the kind.', v.string()),
  names: described('What the kind is called.', namesSchema),
  scope: described('Whether objects are in a namespace: `Namespaced` or `Cluster`.', v.string()),
  versions: described('The versions of the kind, one of which is stored.', v.array(versionSchema)),
  conversion: described('How objects are converted between the versions.', v.exactOptional(conversionSchema)),
  preserveUnknownFields: v.exactOptional(v.boolean()),
});

export type DefinitionNames = v.InferOutput<typeof namesSchema>;
export type DefinitionVersion = v.InferOutput<typeof versionSchema>;
export type PrinterColumn = v.InferOutput<typeof columnSchema>;
export type DefinitionSpec = v.InferOutput<typeof definitionSpecSchema>;

/** The definition of a kind at run time (Kubernetes: apiextensions.k8s.io). */
export interface CustomResourceDefinition extends KubeObject {
  readonly spec: DefinitionSpec;
  readonly status?: DefinitionStatus;
}

export interface DefinitionStatus {
  readonly conditions?: readonly Condition[];
  readonly acceptedNames?: Partial<DefinitionNames>;
  /** The versions that objects may be stored in. */
  readonly storedVersions?: readonly string[];
}

/** Tells whether the spec of an object has the form of a definition. */
export const isDefinition = (object: KubeObject): object is CustomResourceDefinition =>
  v.is(definitionSpecSchema, object.spec);

/** Returns what is wrong at a part of a definition, given its path. */
export type CheckAt<T> = (part: T, path: string) => readonly ErrorCause[];
