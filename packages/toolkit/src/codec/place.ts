import type * as v from 'valibot';
import { safeParse } from 'valibot';
import { type Document, type LineCounter, type Node, isMap, isSeq } from 'yaml';
import { isMissingKey, isUnknownKey, issuePath, issueText } from '../schema/issue-text.ts';
import { type JsonSchema, fieldOf, fieldsOf, jsonSchemaOf } from '../schema/json-schema.ts';
import { nearest } from '../text/nearest.ts';
import type { Position, Problem } from './errors.ts';

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

/** The outcome of a check: the parsed value if there are no problems. */
export interface Checked<T> {
  readonly output?: T;
  readonly problems: readonly Problem[];
}

/**
 * Pure. Checks the value at `at` below a place against a schema. Unknown fields come first among the
 * problems. A field that is missing because it was misspelt is not a problem of its own.
 */
export function checkAt<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  at: readonly string[],
  place: Place,
): Checked<v.InferOutput<Schema>> {
  const parsed = safeParse(schema, value);
  if (parsed.success) return { output: parsed.output, problems: [] };
  const unknown = parsed.issues.filter(isUnknownKey).flatMap((issue) => unknownFields(issue, schema));
  const misspelt = new Set(unknown.map(({ path, meant }) => JSON.stringify([...path.slice(0, -1), meant])));
  const others = parsed.issues.filter(
    (issue) =>
      !isUnknownKey(issue) && !(isMissingKey(issue) && misspelt.has(JSON.stringify(issuePath(issue)))),
  );
  return {
    problems: [
      ...unknown.map(({ path, meant }) => ({
        at: positionOf(place, [...at, ...path]),
        what: `${dotted([...at, ...path.slice(0, -1)])}unknown field "${path.at(-1)}"`,
        hint: meant === undefined ? 'remove it, or check its spelling' : `did you mean "${meant}"?`,
      })),
      ...others.map((issue) => {
        const path = [...at, ...issuePath(issue)];
        const what = `${dotted(path)}${issueText(issue)}`;
        return { at: positionOf(place, path), what, hint: hintFor(issue, schema) };
      }),
    ],
  };
}

/** Whoever writes a text where fields belong is told their names. */
function hintFor(issue: v.BaseIssue<unknown>, schema: v.GenericSchema): string {
  const path = issuePath(issue);
  const fields = fieldsBeside(schema, [...path, '']);
  return issue.expected === 'Object' && issue.input !== undefined && fields.length > 0
    ? `${path.at(-1) ?? 'it'} has fields of its own: ${fields.join(', ')}`
    : 'correct the value there';
}

interface UnknownField {
  readonly path: readonly (string | number)[];
  /** The known field with the most similar name. */
  readonly meant: string | undefined;
}

/** Lists all unknown fields of the object that an issue is about: Valibot tells only of the first. */
function unknownFields(issue: v.BaseIssue<unknown>, schema: v.GenericSchema): readonly UnknownField[] {
  const path = issuePath(issue);
  const known = fieldsBeside(schema, path);
  const siblings = Object.keys(issue.path?.at(-1)?.input ?? {}).filter((name) => !known.includes(name));
  return [...new Set([String(path.at(-1)), ...siblings])].map((name) => ({
    path: [...path.slice(0, -1), name],
    meant: nearest(name, known),
  }));
}

const dotted = (path: readonly (string | number)[]): string =>
  path.length === 0 ? '' : `${path.join('.')}: `;

/** Lists the fields that the schema allows beside the last field of `path`, which need not be one of them. */
function fieldsBeside(schema: v.GenericSchema, path: readonly (string | number)[]): readonly string[] {
  let at: JsonSchema | undefined = jsonSchemaOf(schema);
  for (const key of path.slice(0, -1)) at = at && (typeof key === 'number' ? at.items : fieldOf(at, key));
  return Object.keys((at && fieldsOf(at)) ?? {});
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
