import type { ReadClient } from '@ignite/api/client/client';
import { writtenForm } from '@ignite/api/written-form';
import type { ApiObject } from '@ignite/toolkit/object/meta';
import type { FlagValues, Flags, Invocation } from '../arguments/command.ts';
import { usageError } from '../arguments/usage-error.ts';
import { pathsOf } from '../context.ts';
import type { Io } from '../io.ts';
import type { ViewContext } from './go-view/view-context.ts';
import { fitRows, table } from './table.ts';

export const templateFlags: Flags = {
  format: {
    type: 'string',
    short: 't',
    value: 'TEMPLATE',
    help: "print each by a Go template, such as '{{.metadata.name}}' or '{{.Spec.Memory}}'",
  },
  template: { type: 'string', value: 'TEMPLATE', help: 'the same as --format' },
};

export const outputFlags: Flags = {
  output: {
    type: 'string',
    short: 'o',
    value: 'FORMAT',
    values: ['json', 'yaml', 'wide'],
    help: 'json, yaml or wide',
  },
  ...templateFlags,
  'no-trunc': { type: 'boolean', help: 'do not shorten what is too long for the terminal' },
};

export interface Column<T> {
  readonly title: string;
  readonly cell: (object: T) => string;
  /** Shown with `-o wide` alone. */
  readonly wide?: boolean;
  /** Shortened where the terminal is too narrow. */
  readonly flexible?: boolean;
}

const formats = ['json', 'yaml', 'wide'];

/** @throws CodedError USAGE_INVALID; called before anything is read, so that a mistyped flag is refused at once */
export function assertOutputFlags(flags: FlagValues): void {
  const output = flags.text('output');
  if (output !== undefined && !formats.includes(output)) {
    throw usageError(`-o ${output}: there is no such format`, `write one of ${formats.join(', ')}`);
  }
  templateOf(flags);
}

/** @throws CodedError USAGE_INVALID */
export function templateOf(flags: FlagValues): string | undefined {
  const [format, template] = [flags.text('format'), flags.text('template')];
  if (format !== undefined && template !== undefined)
    throw usageError('--format and --template mean the same', 'give one of them');
  return format ?? template;
}

/** What templates may ask beyond the objects themselves, read once it is asked for. */
export const viewContext = async (
  { flags, io, signal }: Invocation,
  client: ReadClient,
): Promise<ViewContext> => ({
  nowMs: Date.now(),
  paths: pathsOf(flags, io.env),
  images: await client.images.list(signal),
  kernels: await client.kernels.list(signal),
});

/** Prints objects as a table or as the flags ask. */
export async function printObjects<T extends ApiObject>(
  objects: readonly T[],
  columns: readonly Column<T>[],
  flags: FlagValues,
  io: Io,
  context?: () => Promise<ViewContext>,
): Promise<void> {
  const template = templateOf(flags);
  const output = flags.text('output');
  if (template !== undefined) await printByTemplate(objects, template, flags, io, context);
  else if (flags.isSet('quiet')) io.out.write(objects.map(({ metadata }) => `${metadata.uid}\n`).join(''));
  else if (output === 'json' || output === 'yaml')
    await printDocument({ apiVersion: 'v1', kind: 'List', items: objects.map(writtenForm) }, output, io);
  else {
    const isWhole = output === 'wide' || flags.isSet('no-trunc');
    printTable(
      objects,
      columns.filter((column) => !column.wide || output === 'wide'),
      isWhole ? undefined : io.width,
      io,
    );
  }
}

function printTable<T>(
  objects: readonly T[],
  columns: readonly Column<T>[],
  width: number | undefined,
  io: Io,
): void {
  const header = columns.map(({ title }) => title);
  const rows = objects.map((object) => columns.map(({ cell }) => cell(object)));
  const flexible = new Set(columns.flatMap((column, at) => (column.flexible === true ? [at] : [])));
  io.out.write(table(header, width === undefined ? rows : fitRows(header, rows, flexible, width)));
}

async function printByTemplate(
  objects: readonly ApiObject[],
  template: string,
  flags: FlagValues,
  io: Io,
  context: (() => Promise<ViewContext>) | undefined,
): Promise<void> {
  const { objectRenderer } = await import('./template.ts');
  const render = objectRenderer(flags.isSet('template') ? '--template' : '--format', template);
  const known = (await context?.()) ?? {
    nowMs: Date.now(),
    paths: pathsOf(flags, io.env),
    images: [],
    kernels: [],
  };
  io.out.write(objects.map((object) => `${render(object, known)}\n`).join(''));
}

export async function printDocument(document: unknown, format: string, io: Io): Promise<void> {
  if (format === 'yaml') {
    const { stringify } = await import('yaml');
    io.out.write(stringify(document));
  } else io.out.write(`${JSON.stringify(document, null, 2)}\n`);
}
