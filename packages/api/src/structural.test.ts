import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JsonSchema, jsonSchemaOf } from '@ignite/toolkit/schema/json-schema';
import { hubOf } from '@ignite/toolkit/scheme/kind';
import { kinds } from './kinds.ts';

/**
 * Returns where a schema is not structural, as Kubernetes demands of the schemas of custom resources: every
 * value has one type, whole numbers or texts have the mark for that, and alternatives do not exist. A pattern
 * must be one of RE2, which knows no looking around.
 */
function faultsOf(schema: JsonSchema, at: string): readonly string[] {
  const { type, anyOf, properties = {}, items, additionalProperties: values, ...more } = schema;
  const isTyped = type !== undefined || more['x-kubernetes-int-or-string'] === true;
  return [
    ...(isTyped ? [] : [`${at} has no type`]),
    ...(anyOf || 'oneOf' in more || 'allOf' in more || 'not' in more ? [`${at} has alternatives`] : []),
    ...('pattern' in more && /\(\?[=!<]/.test(String(more.pattern)) ? [`${at} looks around`] : []),
    ...(typeof values === 'object' && Object.keys(properties).length > 0
      ? [`${at} is a map with fields`]
      : []),
    ...(type === 'array' && !items ? [`${at} has no type of items`] : []),
    ...Object.entries(properties).flatMap(([name, field]) => faultsOf(field, `${at}.${name}`)),
    ...(items ? faultsOf(items, `${at}[]`) : []),
    ...(typeof values === 'object' ? faultsOf(values, `${at}{}`) : []),
  ];
}

test('every kind has a structural schema, which a CustomResourceDefinition can hold', () => {
  assert.deepEqual(
    kinds.flatMap((kind) => faultsOf(jsonSchemaOf(hubOf(kind).spec!), kind.kind)),
    [],
  );
});
