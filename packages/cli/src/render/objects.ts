import type { ReadClient } from '@ignite/api/client/client';
import { writtenForm } from '@ignite/api/written-form';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { keyText, objectKey } from '@ignite/toolkit/object/object-key';
import type { Column } from '@ignite/toolkit/scheme/resource';
import type { Flag, FlagValues, Flags, Invocation } from '../arguments/command.ts';
import { usageError } from '../arguments/usage-error.ts';
import { pathsOf } from '../context.ts';
import type { Io } from '../io.ts';
import type { ViewContext } from '@ignite/legacy/go-view/view-context';
import { type TableFit, fittedTable, table } from './text/table.ts';

export const templateFlags: Flags = {
  format: {
    type: 'string',
    short: 't',
    value: 'TEMPLATE',
    help: "format output using a Go template, such as '{{.metadata.name}}' or '{{.Spec.Memory}}'",
  },
  template: { type: 'string', value: 'TEMPLATE', help: 'same as --format' },
};

const documentFormats = ['json', 'yaml'] as const;
export type DocumentFormat = (typeof documentFormats)[number];

export const documentFlag: Flag = {
  type: 'string',
  short: 'o',
  value: 'FORMAT',
  values: documentFormats,
  help: 'output format: json or yaml',
};

/** What `-o` asks for, unless it is a table. */
export const documentFormatOf = (flags: FlagValues): DocumentFormat | undefined =>
  flags.choice('output', documentFormats);

export const outputFlags: Flags = {
  output: {
    ...documentFlag,
    values: [...documentFormats, 'name', 'wide'],
    help: 'output format: json, yaml, name (such as vm/web) or wide',
  },
  ...templateFlags,
  'no-trunc': { type: 'boolean', help: 'do not truncate output' },
};

/** Called before anything is read, so that a wrong flag is refused at once. @throws CodedError USAGE_INVALID */
export const assertTemplateFlags = (flags: FlagValues): void => void templateOf(flags);

/** Returns the template that was given. `table` alone asks for the usual table, as in Docker. @throws CodedError USAGE_INVALID */
export function templateOf(flags: FlagValues): string | undefined {
  const [format, template] = [flags.text('format'), flags.text('template')];
  if (format !== undefined && template !== undefined)
    throw usageError('--format and --template mean the same', 'use only one of them');
  const given = format ?? template;
  return given === 'table' ? undefined : given;
}

export const asksForTable = (flags: FlagValues): boolean =>
  documentFormatOf(flags) === undefined &&
  flags.text('output') !== 'name' &&
  templateOf(flags) === undefined &&
  !flags.isSet('quiet');

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
export async function printObjects<T extends KubeObject>(
  objects: readonly T[],
  columns: readonly Column<T>[],
  flags: FlagValues,
  io: Io,
  context?: () => Promise<ViewContext>,
): Promise<void> {
  const template = templateOf(flags);
  const format = documentFormatOf(flags);
  if (template !== undefined) await printByTemplate(objects, template, flags, io, context);
  else if (flags.isSet('quiet')) io.out.write(objects.map(({ metadata }) => `${metadata.uid}\n`).join(''));
  else if (flags.text('output') === 'name') io.out.write(objects.map(nameLine).join(''));
  else if (format !== undefined)
    await printDocument({ apiVersion: 'v1', kind: 'List', items: objects.map(writtenForm) }, format, io);
  else {
    const isWide = flags.text('output') === 'wide';
    printTable(
      objects,
      columns.filter((column) => !column.wide || isWide),
      isWide || flags.isSet('no-trunc') ? undefined : io.width,
      io,
    );
  }
}

/** The form that `get`, `edit` and `delete` take. */
const nameLine = (object: KubeObject): string =>
  `${keyText({ ...objectKey(object), kind: object.kind.toLowerCase() })}\n`;

function printTable<T>(
  objects: readonly T[],
  columns: readonly Column<T>[],
  width: number | undefined,
  io: Io,
): void {
  const nowMs = Date.now();
  const header = columns.map(({ title }) => title);
  const rows = objects.map((object) => columns.map((column) => column.cell(object, nowMs)));
  io.out.write(
    width === undefined ? table(header, rows) : fittedTable(header, rows, { width, ...givingWay(columns) }),
  );
}

function givingWay<T>(columns: readonly Column<T>[]): Pick<TableFit, 'flexible' | 'optional'> {
  const turn = (at: number): number => columns[at]!.leaves ?? Infinity;
  const all = [...columns.keys()];
  return {
    flexible: new Set(all.filter((at) => columns[at]!.flexible === true)),
    optional: all.filter((at) => turn(at) < Infinity).sort((a, b) => turn(a) - turn(b)),
  };
}

async function printByTemplate(
  objects: readonly KubeObject[],
  template: string,
  flags: FlagValues,
  io: Io,
  context: (() => Promise<ViewContext>) | undefined,
): Promise<void> {
  const [{ objectRenderer }, { tableTemplate }] = await Promise.all([
    import('./template.ts'),
    import('./table-template.ts'),
  ]);
  const asTable = tableTemplate(template);
  const flag = flags.isSet('template') ? '--template' : '--format';
  const render = objectRenderer(flag, asTable?.template ?? template);
  const known = (await context?.()) ?? {
    nowMs: Date.now(),
    paths: pathsOf(flags, io.env),
    images: [],
    kernels: [],
  };
  const rendered = objects.map((object) => render(object, known));
  const rows = (): string[][] => rendered.map((row) => row.split('\t'));
  io.out.write(asTable ? table(asTable.header, rows()) : rendered.map((text) => `${text}\n`).join(''));
}

export async function printDocument(document: unknown, format: DocumentFormat, io: Io): Promise<void> {
  if (format === 'yaml') {
    const { stringify } = await import('yaml');
    io.out.write(stringify(document));
  } else io.out.write(`${JSON.stringify(document, null, 2)}\n`);
}
