import type { CelInput } from '@bufbuild/cel';
import { create } from '@bufbuild/protobuf';
import { type Duration, DurationSchema, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type JsonRecord, fieldOf, isRecord } from '../json-record.ts';
import type { StructuralSchema } from '../structural-schema.ts';
import { expressionName } from './field-names.ts';
import { ruledSchema } from './schema-shape.ts';

/** Returns a value as rules see it, with the types that its schema gives. */
export function ruleValue(value: unknown, schema: StructuralSchema): CelInput {
  if (value === null || value === undefined) return null;
  if (schema['x-kubernetes-int-or-string'] === true) return plainValue(value);
  if (Array.isArray(value)) return value.map((item: unknown) => ruleValue(item, schema.items ?? {}));
  if (isRecord(value)) return recordValue(value, ruledSchema(schema));
  if (typeof value === 'string') return textValue(value, schema.format);
  if (typeof value === 'number') return schema.type === 'number' ? value : plainValue(value);
  return plainValue(value);
}

function recordValue(record: JsonRecord, { properties, additionalProperties }: StructuralSchema): CelInput {
  const ofOthers = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  const entries = Object.entries(record).flatMap(([field, value]): (readonly [string, CelInput])[] => {
    if (value === undefined) return [];
    if (ofOthers) return [[field, ruleValue(value, ofOthers)]];
    const schema = fieldOf(properties, field);
    const name = expressionName(field);
    return schema === undefined || name === undefined ? [] : [[name, ruleValue(value, schema)]];
  });
  return new Map(entries);
}

/** Returns a value of which nothing but itself tells the type. */
function plainValue(value: unknown): CelInput {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

/** A text that is not of its format is refused for that, and only needs to be anything here. */
function textValue(text: string, format = ''): CelInput {
  switch (format) {
    case 'byte':
      return new Uint8Array(Buffer.from(text, 'base64'));
    case 'date':
    case 'date-time': {
      const ms = Date.parse(text);
      return Number.isNaN(ms) ? text : timestampFromMs(ms);
    }
    case 'duration':
      return durationOf(text) ?? text;
    default:
      return text;
  }
}

const nanosOf: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3_600e9,
};

/** Reads durations as Go writes them, such as `1h30m`. */
function durationOf(text: string): Duration | undefined {
  const [, sign = '', parts = ''] = /^([+-]?)((?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+|0)$/.exec(text) ?? [];
  if (parts === '') return undefined;
  const nanos = [...parts.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)].reduce(
    (sum, [, count = '', unit = '']) => sum + Number(count) * nanosOf[unit]!,
    0,
  );
  const signed = Math.round(sign === '-' ? -nanos : nanos);
  return create(DurationSchema, { seconds: BigInt(Math.trunc(signed / 1e9)), nanos: signed % 1e9 });
}
