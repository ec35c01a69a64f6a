import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { invalidValue } from '../field-error.ts';
import type { ValuePlace } from './value-place.ts';

type Check = (place: ValuePlace) => readonly ErrorCause[];

/** Returns what is wrong with a value by the schemas that `anyOf`, `oneOf`, `allOf` and `not` join. */
export function junctionProblems(place: ValuePlace, check: Check): readonly ErrorCause[] {
  const { anyOf = [], oneOf = [], allOf = [], not } = place.schema;
  const problemsBy = (schemas: typeof anyOf) => schemas.map((schema) => check({ ...place, schema }));
  const quotedPath = JSON.stringify(place.path);
  return [
    ...anyOfProblems(problemsBy(anyOf), quotedPath),
    ...oneOfProblems(problemsBy(oneOf), quotedPath),
    ...allOfProblems(problemsBy(allOf), quotedPath),
    ...(not && check({ ...place, schema: not }).length === 0
      ? [wrong(`${quotedPath} must not validate the schema (not)`)]
      : []),
  ];
}

type Problems = readonly (readonly ErrorCause[])[];

function anyOfProblems(problems: Problems, path: string): readonly ErrorCause[] {
  if (problems.length === 0 || problems.some(isNone)) return [];
  return [wrong(`${path} must validate at least one schema (anyOf)`), ...fewest(problems)];
}

function oneOfProblems(problems: Problems, path: string): readonly ErrorCause[] {
  const valid = problems.filter(isNone).length;
  if (problems.length === 0 || valid === 1) return [];
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
  return [
    wrong(`${path} must validate one and only one schema (oneOf). ${found}`),
    ...(valid === 0 ? fewest(problems) : []),
  ];
}

function allOfProblems(problems: Problems, path: string): readonly ErrorCause[] {
  if (problems.every(isNone)) return [];
  const more = problems.some(isNone) ? '' : '. None validated';
  return [...problems.flat(), wrong(`${path} must validate all the schemas (allOf)${more}`)];
}

const isNone = (problems: readonly ErrorCause[]): boolean => problems.length === 0;

/** Returns the problems of the alternative that comes nearest. */
const fewest = (problems: Problems): readonly ErrorCause[] =>
  problems.toSorted((a, b) => a.length - b.length)[0] ?? [];

/** Kubernetes says where a junction is in the message, and names no field. */
const wrong = (message: string): ErrorCause => invalidValue('<nil>', '', message);
