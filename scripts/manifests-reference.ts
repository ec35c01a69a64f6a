import { explainFields, type FieldExplanation } from '../packages/toolkit/src/scheme/explain.ts';
import type { KindDefinition } from '../packages/toolkit/src/scheme/scheme.ts';
import type { FieldComments } from './schema-comments.ts';

export interface DocumentedKind {
  readonly title: string;
  readonly definition: KindDefinition;
  readonly comments: FieldComments;
  /** The text above the table. */
  readonly text: string;
  /** The part of the object that `definition.spec` describes. */
  readonly part: 'spec' | 'status';
}

/**
 * Pure. Returns the fields of kinds in Markdown, with a table for each kind, from the same schemas that check
 * manifests.
 */
export function manifestsReference(kinds: readonly DocumentedKind[]): string {
  return kinds.map(section).join('\n');
}

function section({ title, definition, comments, text, part }: DocumentedKind): string {
  const rows = rowsAt(definition, [], part, comments);
  return [
    `## ${title}\n\n${text}\n\n`,
    '| field | type | default | meaning and rules |\n| --- | --- | --- | --- |\n',
    ...rows.map((cells) => `| ${cells.map(cell).join(' | ')} |\n`),
  ].join('');
}

/** The fields that contain those of another kind, which that kind's own section describes. */
const elsewhere = new Set(['vmDefaults']);

function rowsAt(
  kind: KindDefinition,
  path: readonly string[],
  shown: string,
  comments: FieldComments | undefined,
): readonly (readonly string[])[] {
  return (explainFields(kind, path) ?? []).flatMap((field) => {
    const below = comments?.fields.get(field.name);
    const name = `${shown}.${field.name}${field.type.startsWith('list of objects') ? '[]' : ''}`;
    const row = rowOf(field, name, below?.comment ?? '');
    return elsewhere.has(field.name) ? [row] : [row, ...rowsAt(kind, [...path, field.name], name, below)];
  });
}

const rowOf = (
  { type, isRequired, default: otherwise, rules }: FieldExplanation,
  name: string,
  comment: string,
): readonly string[] => [
  `\`${name}\``,
  type,
  isRequired ? 'required' : defaultText(otherwise),
  [comment.replace(/\.$/, ''), ...new Set(rules)].filter(Boolean).join('; '),
];

/** Empty objects and lists are not shown as defaults. */
const defaultText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? `\`${value}\`` : '';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
