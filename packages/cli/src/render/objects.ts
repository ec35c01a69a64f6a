import type { ApiObject } from '@ignite/toolkit/object/meta';
import type { FlagValues, Flags } from '../arguments/command.ts';
import { usageError } from '../arguments/usage-error.ts';
import type { Io } from '../io.ts';
import { table } from './table.ts';
import { renderTemplate } from './template.ts';

export const outputFlags: Flags = {
  output: { type: 'string', short: 'o', value: 'FORMAT', help: 'json, yaml or wide' },
  format: {
    type: 'string',
    short: 't',
    value: 'TEMPLATE',
    help: "print each by a template, such as '{{.metadata.name}}'",
  },
  'no-trunc': { type: 'boolean', help: 'do not shorten' },
};

export interface Column<T> {
  readonly title: string;
  readonly cell: (object: T) => string;
  /** Shown with `-o wide` alone. */
  readonly wide?: boolean;
}

const formats = ['json', 'yaml', 'wide'];

/** @throws CodedError USAGE_INVALID; called before anything is read, so that a mistyped flag is refused at once */
export function assertOutputFlags(flags: FlagValues): void {
  const output = flags.text('output');
  if (output !== undefined && !formats.includes(output)) {
    throw usageError(`-o ${output}: there is no such format`, `write one of ${formats.join(', ')}`);
  }
}

/** Prints objects as a table or as the flags ask. */
export async function printObjects<T extends ApiObject>(
  objects: readonly T[],
  columns: readonly Column<T>[],
  flags: FlagValues,
  io: Io,
): Promise<void> {
  const template = flags.text('format');
  const output = flags.text('output');
  if (template !== undefined)
    io.out.write(objects.map((object) => `${renderTemplate(template, object)}\n`).join(''));
  else if (flags.isSet('quiet')) io.out.write(objects.map((object) => `${object.metadata.uid}\n`).join(''));
  else if (output === 'json' || output === 'yaml')
    await printDocument({ apiVersion: 'v1', kind: 'List', items: objects }, output, io);
  else {
    const shown = columns.filter((column) => !column.wide || output === 'wide');
    io.out.write(
      table(
        shown.map(({ title }) => title),
        objects.map((object) => shown.map(({ cell }) => cell(object))),
      ),
    );
  }
}

export async function printDocument(document: unknown, format: string, io: Io): Promise<void> {
  if (format === 'yaml') {
    const { stringify } = await import('yaml');
    io.out.write(stringify(document));
  } else io.out.write(`${JSON.stringify(document, null, 2)}\n`);
}
