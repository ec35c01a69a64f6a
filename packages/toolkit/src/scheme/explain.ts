import type { KindDefinition } from './scheme.ts';

export interface FieldExplanation {
  readonly name: string;
  /** The type, such as `string`, `number`, `list of objects` or `"tcp" | "udp"`. */
  readonly type: string;
  readonly isRequired: boolean;
  readonly default?: unknown;
  /** The further rules of the field, in the schema's words. */
  readonly rules: readonly string[];
}

interface Schema {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly wrapped?: Schema;
  readonly item?: Schema;
  readonly value?: Schema;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly default?: unknown;
  readonly pipe?: readonly (Schema & {
    readonly kind: string;
    readonly message?: unknown;
    readonly requirement?: unknown;
  })[];
}

/**
 * Returns the fields at `path` in a kind's spec, or `undefined` if there are none. They are read from the
 * same schema that checks manifests.
 */
export function explainFields(
  kind: KindDefinition,
  path: readonly string[],
): readonly FieldExplanation[] | undefined {
  let at: Schema | undefined = kind.spec as unknown as Schema;
  for (const name of path) at = unwrap(objectOf(at)?.entries?.[name]);
  const entries = objectOf(at)?.entries;
  return entries && Object.entries(entries).map(([name, schema]) => explainField(name, schema));
}

function explainField(name: string, schema: Schema): FieldExplanation {
  const isOptional = schema.type === 'optional' || schema.type === 'nullish';
  const inner = unwrap(schema)!;
  const rules = (inner.pipe ?? []).flatMap((action) => {
    if (typeof action.message === 'string') return [action.message];
    const { requirement } = action;
    if (action.kind !== 'validation') return [];
    if (typeof requirement === 'number') return [ruleText(action.type, requirement)];
    return action.type in words ? [ruleText(action.type, undefined)] : [];
  });
  return {
    name,
    type: typeText(inner),
    isRequired: !isOptional,
    ...(schema.default !== undefined && { default: schema.default }),
    rules,
  };
}

const words: Readonly<Record<string, string>> = {
  min_value: 'at least',
  max_value: 'at most',
  min_length: 'minimum length:',
  max_length: 'maximum length:',
  integer: 'a whole number',
  non_empty: 'not empty',
  ip: 'an IP address',
};

const ruleText = (type: string, requirement: number | undefined): string =>
  `${words[type] ?? type.replaceAll('_', ' ')}${requirement === undefined ? '' : ` ${requirement}`}`;

function typeText(schema: Schema): string {
  switch (schema.type) {
    case 'strict_object':
    case 'object':
      return 'object';
    case 'array':
      return `list of ${typeText(unwrap(schema.item)!)}s`;
    case 'record':
      return `map of ${typeText(unwrap(schema.value)!)}s`;
    case 'picklist':
      return (schema.options ?? []).map((option) => JSON.stringify(option)).join(' | ');
    case 'union':
      return (schema.options ?? []).map((option) => typeText(unwrap(option as Schema)!)).join(' or ');
    case 'literal':
      return JSON.stringify(schema.literal);
    default:
      return schema.type;
  }
}

const unwrap = (schema: Schema | undefined): Schema | undefined =>
  schema?.wrapped ? unwrap(schema.wrapped) : schema;

/** Returns the object schema within a schema: the schema itself, or that of its items or alternatives. */
function objectOf(schema: Schema | undefined): Schema | undefined {
  const inner = unwrap(schema);
  if (!inner || inner.entries) return inner;
  if (inner.item) return objectOf(inner.item);
  if (inner.type !== 'union') return undefined;
  const objects = (inner.options as readonly Schema[]).map(objectOf).filter((each) => each !== undefined);
  return objects.length === 0
    ? undefined
    : {
        type: 'object',
        entries: Object.assign({}, ...objects.map(({ entries }) => entries)) as Schema['entries'] & object,
      };
}
