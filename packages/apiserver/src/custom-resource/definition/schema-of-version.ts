import * as v from 'valibot';
import { type StructuralSchema, structuralSchemaSchema } from '../../structural-schema/structural-schema.ts';
import type { DefinitionVersion } from './definition.ts';

const parsed = new WeakMap<object, StructuralSchema>();

/** Returns the schema of a version, if the version has one that is well-formed. */
export function schemaOfVersion({ schema }: DefinitionVersion): StructuralSchema | undefined {
  const written = schema?.openAPIV3Schema;
  if (written === undefined) return undefined;
  const known = parsed.get(written);
  if (known) return known;
  const { success, output } = v.safeParse(structuralSchemaSchema, written);
  if (success) parsed.set(written, output);
  return success ? output : undefined;
}
