import { badRequest } from '@ignite/toolkit/client/object-error';
import type { FieldPath } from '../resource/served-resource.ts';
import { fieldText, withoutFields } from '../resource/unknown-fields.ts';
import type { FieldValidation } from './write-query.ts';

export interface CheckedFields<T> {
  readonly value: T;
  readonly warnings: readonly string[];
}

/** What is wrong with the fields of a body, apart from their values. */
export interface FieldProblems {
  readonly unknown: readonly FieldPath[];
  readonly duplicate: readonly FieldPath[];
}

/** What becomes of fields that are unknown, and in which words they are refused. */
export interface Strictness {
  readonly validation: FieldValidation;
  readonly refusal: (problems: FieldProblems) => string;
}

/** Pure. Returns the refusal of fields in the words of most writes. */
export const strictRefusal = (problems: FieldProblems): string =>
  `strict decoding error: ${toldProblems(problems).join(', ')}`;

/** Pure. Returns the refusal of fields in the words of a server-side apply. */
export function undeclaredRefusal({ unknown, duplicate }: FieldProblems): string {
  if (duplicate.length > 0) return strictRefusal({ unknown, duplicate });
  const told = unknown.map((path) => `.${fieldText(path)}: field not declared in schema`);
  return told.length === 1 ? told[0]! : ['errors:', ...told.map((line) => `  ${line}`)].join('\n');
}

const toldProblems = ({ unknown, duplicate }: FieldProblems): readonly string[] => [
  ...duplicate.map((path) => `duplicate field "${fieldText(path)}"`),
  ...unknown.map((path) => `unknown field "${fieldText(path)}"`),
];

/**
 * Pure. Returns a value without its unknown fields, and what its author is to be told.
 * @throws ObjectError BAD_REQUEST if the validation is strict and anything is wrong
 */
export function checkedFields<T>(
  value: T,
  problems: FieldProblems,
  { validation, refusal }: Strictness,
): CheckedFields<T> {
  const { unknown } = problems;
  const told = toldProblems(problems);
  if (validation === 'Strict' && told.length > 0) throw badRequest(refusal(problems));
  return {
    value: unknown.length === 0 ? value : withoutFields(value, unknown),
    warnings: validation === 'Warn' ? told : [],
  };
}
