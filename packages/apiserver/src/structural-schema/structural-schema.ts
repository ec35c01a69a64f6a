import * as v from 'valibot';

/**
 * The schema of a kind that a CustomResourceDefinition describes: OpenAPI v3 with the extensions of Kubernetes
 * (Kubernetes: apiextensions.k8s.io `JSONSchemaProps`).
 */
export interface StructuralSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: boolean | StructuralSchema;
  readonly items?: StructuralSchema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly StructuralSchema[];
  readonly anyOf?: readonly StructuralSchema[];
  readonly oneOf?: readonly StructuralSchema[];
  readonly not?: StructuralSchema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

/** A rule in the Common Expression Language. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

const ruleSchema = v.object({
  rule: v.string(),
  message: v.exactOptional(v.string()),
  messageExpression: v.exactOptional(v.string()),
  reason: v.exactOptional(v.string()),
  fieldPath: v.exactOptional(v.string()),
  optionalOldSelf: v.exactOptional(v.boolean()),
});

const text = v.exactOptional(v.string());
const flag = v.exactOptional(v.boolean());
const number = v.exactOptional(v.number());
const texts = v.exactOptional(v.array(v.string()));
const nested = v.lazy((): v.GenericSchema<unknown, StructuralSchema> => structuralSchemaSchema);

/** Accepts whatever has the form of a schema, structural or not. Fields that no schema has are left out. */
export const structuralSchemaSchema: v.GenericSchema<unknown, StructuralSchema> = v.object({
  type: text,
  title: text,
  description: text,
  default: v.exactOptional(v.unknown()),
  nullable: flag,
  properties: v.exactOptional(v.record(v.string(), nested)),
  additionalProperties: v.exactOptional(v.union([v.boolean(), nested])),
  items: v.exactOptional(nested),
  required: texts,
  enum: v.exactOptional(v.array(v.unknown())),
  format: text,
  pattern: text,
  minLength: number,
  maxLength: number,
  minimum: number,
  maximum: number,
  exclusiveMinimum: flag,
  exclusiveMaximum: flag,
  multipleOf: number,
  minItems: number,
  maxItems: number,
  uniqueItems: flag,
  minProperties: number,
  maxProperties: number,
  allOf: v.exactOptional(v.array(nested)),
  anyOf: v.exactOptional(v.array(nested)),
  oneOf: v.exactOptional(v.array(nested)),
  not: v.exactOptional(nested),
  'x-kubernetes-preserve-unknown-fields': flag,
  'x-kubernetes-int-or-string': flag,
  'x-kubernetes-embedded-resource': flag,
  'x-kubernetes-list-type': text,
  'x-kubernetes-list-map-keys': texts,
  'x-kubernetes-map-type': text,
  'x-kubernetes-validations': v.exactOptional(v.array(ruleSchema)),
});
