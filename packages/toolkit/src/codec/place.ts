import type * as v from 'valibot';
import { safeParse } from 'valibot';
import { type Document, type LineCounter, type Node, isMap, isSeq } from 'yaml';
import { issuePath, issueText, isUnknownKey } from '../schema/issue-text.ts';
import { nearest } from '../text/nearest.ts';
import { type Position, manifestInvalid } from './errors.ts';

/** The text that objects are read from. */
export interface Source {
  readonly file: string;
  readonly lines: LineCounter;
}

/** The place of an object in a document. */
export interface Place {
  readonly document: Document.Parsed;
  readonly at: readonly string[];
  readonly source: Source;
}

/**
 * Checks the value at `at` below a place against a schema, and returns the parsed value.
 * @throws CodedError MANIFEST_INVALID with the position of what is wrong
 */
export function checkAt<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  at: readonly string[],
  place: Place,
): v.InferOutput<Schema> {
  const parsed = safeParse(schema, value);
  if (parsed.success) return parsed.output;
  // A misspelt field is also a missing field. The issue of the unknown field says more, so it is preferred.
  const issue = parsed.issues.find(isUnknownKey) ?? parsed.issues[0];
  const path = [...at, ...issuePath(issue)];
  const where = positionOf(place, path);
  if (isUnknownKey(issue)) {
    const meant = nearest(String(path.at(-1)), fieldsBeside(schema, issuePath(issue)));
    const hint = meant === undefined ? 'remove it, or check its spelling' : `did you mean "${meant}"?`;
    throw manifestInvalid(where, `${dotted(path.slice(0, -1))}${issueText(issue)}`, hint);
  }
  throw manifestInvalid(where, `${dotted(path)}${issueText(issue)}`, 'correct the value there');
}

const dotted = (path: readonly (string | number)[]): string =>
  path.length === 0 ? '' : `${path.join('.')}: `;

/** Lists the fields that the schema allows beside the last field of `path`. */
function fieldsBeside(schema: v.GenericSchema, path: readonly (string | number)[]): readonly string[] {
  let at: unknown = schema;
  for (const key of path.slice(0, -1)) at = entriesOf(at)[key];
  return Object.keys(entriesOf(at));
}

function entriesOf(schema: unknown): Readonly<Record<string, unknown>> {
  if (typeof schema !== 'object' || schema === null) return {};
  if ('entries' in schema) return schema.entries as Readonly<Record<string, unknown>>;
  return 'wrapped' in schema ? entriesOf(schema.wrapped) : {};
}

/** Returns the position of the field or item at `path`, or of its nearest parent that is present. */
export function positionOf({ document, at, source }: Place, path: readonly (string | number)[]): Position {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const key of [...at, ...path]) {
    if (isMap<Node, Node | null>(node)) {
      const pair = node.items.find(({ key: name }) => String(name) === String(key));
      if (!pair) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq<Node>(node)) {
      node = node.items[Number(key)] ?? null;
      offset = node?.range?.[0] ?? offset;
    }
  }
  return position(offset, source);
}

export function position(offset: number, { file, lines }: Source): Position {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
}
