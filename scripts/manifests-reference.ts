import { explainFields, type FieldExplanation } from '../packages/toolkit/src/scheme/explain.ts';
import type { KindVersion } from '../packages/toolkit/src/scheme/kind.ts';

export interface DocumentedKind {
  readonly title: string;
  readonly schema: NonNullable<KindVersion['spec']>;
  /** The text above the table. */
  readonly text: string;
  /** The part of the object that the schema describes: everything beside the metadata, or one field. */
  readonly part: 'object' | 'spec' | 'status';
}

/**
 * Pure. Returns the fields of kinds in Markdown, with a table for each kind, from the same schemas that check
 * manifests.
 */
export function manifestsReference(kinds: readonly DocumentedKind[]): string {
  return kinds.map(section).join('\n');
}

function section({ title, schema, text, part }: DocumentedKind): string {
  const rows = rowsAt(schema, [], part === 'object' ? '' : `${part}.`);
  return [
    `## ${title}\n\n${text}\n\n`,
    '| field | type | default | meaning and rules |\n| --- | --- | --- | --- |\n',
    ...rows.map((cells) => `| ${cells.map(cell).join(' | ')} |\n`),
  ].join('');
}

/** The fields that contain those of another kind, which that kind's own section describes. */
const elsewhere = new Set(['vmDefaults']);

function rowsAt(
  schema: DocumentedKind['schema'],
  path: readonly string[],
  shown: string,
): readonly (readonly string[])[] {
  return (explainFields(schema, path) ?? []).flatMap((field) => {
    const name = `${shown}${field.name}${field.type.startsWith('list of objects') ? '[]' : ''}`;
    const row = rowOf(field, name);
    return elsewhere.has(field.name) ? [row] : [row, ...rowsAt(schema, [...path, field.name], `${name}.`)];
  });
}

const rowOf = (
  { type, isRequired, default: otherwise, description, rules }: FieldExplanation,
  name: string,
): readonly string[] => [
  `\`${name}\``,
  type,
  isRequired ? 'required' : defaultText(otherwise),
  [description.replace(/\.$/, ''), ...new Set(rules)].filter(Boolean).join('; '),
];

/** Empty objects and lists are not shown as defaults. */
const defaultText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? `\`${value}\`` : '';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
