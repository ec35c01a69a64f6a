import { type Kind, withVersions } from '@ignite/toolkit/scheme/kind';
import * as v from 'valibot';
import { kinds } from '../kinds/kinds.ts';
import { conversionOf } from './conversion.ts';
import { differences } from './differences.ts';

/** The kinds with the older version that others know of them, v1beta1 where Cluster API has it. What it may say, its conversion to v1beta2 tells. */
export const kindsWithV1beta1: readonly Kind[] = kinds.map((kind) => {
  const found = differences[kind.kind];
  if (!found) return kind;
  const apiVersion = `${kind.group}/${found.version ?? 'v1beta1'}`;
  return withVersions(kind, [
    { apiVersion, kind: kind.kind, spec: v.looseObject({}), conversion: conversionOf(found) },
  ]);
});
