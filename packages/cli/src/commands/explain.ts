import { scheme } from '@ignite/api/scheme';
import { explainFields, type FieldExplanation } from '@ignite/toolkit/scheme/explain';
import type { KindDefinition } from '@ignite/toolkit/scheme/scheme';
import { nearest } from '@ignite/toolkit/text/nearest';
import type { Command } from '../arguments/command.ts';
import { usageError } from '../arguments/usage-error.ts';
import { table } from '../render/table.ts';
import { parseKind } from './declared-kind.ts';

export const explain: Command = {
  name: 'explain',
  arguments: 'KIND[.spec.FIELD...]',
  arity: { least: 1, most: 1 },
  summary: 'List the fields of a kind with their types, defaults and rules',
  examples: ['ignite explain vm', 'ignite explain vm.spec.network.ports', 'ignite explain sync'],
  flags: {},
  run: async ({ args, io }) => {
    const [first = '', ...names] = args[0]!.split('.');
    const kind = findKind(first);
    const path = names[0] === 'spec' ? names.slice(1) : names;
    const fields = explainFields(kind, path);
    if (!fields) {
      const beside = explainFields(kind, path.slice(0, -1))?.map(({ name }) => name) ?? [];
      const meant = nearest(path.at(-1) ?? '', beside);
      throw usageError(
        `"${args[0]}" has no fields below it`,
        meant === undefined
          ? `"ignite explain ${first}" lists those of the kind`
          : `did you mean "${meant}"?`,
      );
    }
    io.out.write(`${kind.kind} (${kind.apiVersion}), fields of ${['spec', ...path].join('.')}\n\n`);
    io.out.write(table(['FIELD', 'TYPE', 'DEFAULT', 'RULES'], fields.map(rowOf)));
    return 0;
  },
};

/** Also of kinds that are files, and never applied. @throws CodedError USAGE_INVALID */
function findKind(text: string): KindDefinition {
  const named = (kind: string): KindDefinition | undefined =>
    scheme.kinds.find((each) => each.kind.toLowerCase() === kind.toLowerCase());
  return named(text) ?? named(parseKind(text))!;
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
