import { scheme } from '@ignite/legacy/scheme';
import { type FieldExplanation, explainFields, explainedPart } from '@ignite/toolkit/scheme/explain';
import { type KindVersion, hubOf } from '@ignite/toolkit/scheme/kind';
import { resourceNamed } from '@ignite/toolkit/scheme/resource';
import { nearest } from '@ignite/toolkit/text/nearest';
import type { Command } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { table } from '../../render/text/table.ts';
import { unknownKind } from './declared-kind.ts';

export const explain: Command = {
  name: 'explain',
  arguments: 'KIND[.spec.FIELD...]',
  arity: { least: 1, most: 1 },
  summary: 'Show the fields of a kind, with their types, defaults and rules',
  examples: ['ignite explain vm', 'ignite explain vm.spec.network.ports', 'ignite explain sync'],
  flags: {},
  run: async ({ args, io }) => {
    const [first = '', ...names] = args[0]!.split('.');
    const kind = findKind(first);
    const { schema, root } = explainedPart(kind);
    const path = names[0] === root ? names.slice(1) : names;
    const beside = explainFields(schema, path.slice(0, -1)) ?? [];
    const own = beside.filter(({ name }) => name === path.at(-1));
    const fields = explainFields(schema, path) ?? (own.length > 0 ? own : undefined);
    if (!fields) {
      const meant = nearest(
        path.at(-1) ?? '',
        beside.map(({ name }) => name),
      );
      throw usageError(
        `unknown field "${args[0]}"`,
        meant === undefined
          ? `"ignite explain ${first}" lists the fields of the kind`
          : `did you mean "${meant}"?`,
      );
    }
    const above = fields === own ? path.slice(0, -1) : path;
    const what = fields === own ? 'a field' : 'fields';
    io.out.write(`${kind.kind} (${kind.apiVersion}), ${what} of ${[root, ...above].join('.')}\n\n`);
    io.out.write(table(['FIELD', 'TYPE', 'DEFAULT', 'RULES'], fields.map(rowOf)));
    return 0;
  },
};

/** Also of kinds that are files, and never applied. @throws CodedError USAGE_INVALID */
function findKind(text: string): KindVersion {
  const found = resourceNamed(text, scheme.kinds);
  if (!found) throw unknownKind(text);
  return hubOf(found);
}

const rowOf = ({
  name,
  type,
  isRequired,
  default: otherwise,
  rules,
}: FieldExplanation): readonly string[] => [
  name,
  type,
  isRequired ? '(required)' : otherwise === undefined ? '' : JSON.stringify(otherwise),
  rules.join('; '),
];
