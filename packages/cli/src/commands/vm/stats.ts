import { setTimeout as delay } from 'node:timers/promises';
import type { VmUsage } from '@ignite/api/client/usage-client';
import type { Command, FlagValues, Invocation } from '../../arguments/command.ts';
import { listNamespaceFlags } from '../../arguments/namespace.ts';
import { withClient } from '../../context.ts';
import type { Io } from '../../io.ts';
import { templateFlags, templateOf } from '../../render/objects.ts';
import { fittedTable, table } from '../../render/text/table.ts';
import { forTerminal } from '@ignite/toolkit/text/printable';
import { type UsageLine, usageDocument, usageLine, usageTexts } from '../../render/text/usage.ts';

const refreshMs = 1_000;
/** From the top left corner, with all below wiped. */
const redrawn = (text: string): Uint8Array => forTerminal`\u001b[H\u001b[J${text}`;

export const stats: Command = {
  name: 'stats',
  arguments: '[VM...]',
  arity: { least: 0, most: Infinity },
  summary: 'Show a live stream of resource usage of VMs',
  details: [
    'CPU, memory, block I/O and processes are those of the VMM, as counted by its cgroup; 100% is one CPU of the host. Memory does not include file cache that the host can drop. Block I/O is what was read from and written to the devices of the host, and network I/O what the guest has received and sent. A value that is not available is shown as "-".',
    'With -o json, one line with an array is printed each second; sizes are in bytes.',
  ],
  examples: [
    'ignite stats',
    'ignite stats --no-stream my-vm',
    'ignite stats --no-stream -o json',
    "ignite stats --no-stream --format '{{.Name}} {{.CPUPerc}} {{.MemUsage}}'",
  ],
  flags: {
    all: { type: 'boolean', short: 'a', help: 'show all VMs, not just running ones' },
    ...listNamespaceFlags,
    'no-stream': { type: 'boolean', help: 'print the usage of one second, and exit' },
    output: {
      type: 'string',
      short: 'o',
      value: 'FORMAT',
      values: ['json'],
      help: 'json, with one array per line',
    },
    ...templateFlags,
    format: {
      type: 'string',
      short: 't',
      value: 'TEMPLATE',
      help: "format output using a Go template, such as '{{.Name}} {{.CPUPerc}} {{.MemUsage}}'",
    },
    'no-trunc': { type: 'boolean', help: 'do not truncate output' },
  },
  run: async (invocation) => {
    const show = await presenter(invocation);
    await withClient(invocation, async (client) => {
      const { args, flags, namespace, signal } = invocation;
      const request = {
        vms: args,
        all: flags.isSet('all'),
        ...(namespace !== undefined && { namespace }),
      };
      let before = await client.usage.sample(request, signal);
      do {
        if (!(await pause(signal))) return;
        const now = await client.usage.sample(request, signal);
        show(linesOf(before, now));
        before = now;
      } while (!flags.isSet('no-stream'));
    });
    return invocation.flags.isSet('no-stream') && invocation.signal.aborted ? 130 : 0;
  },
};

function linesOf(before: readonly VmUsage[], now: readonly VmUsage[]): readonly UsageLine[] {
  const known = new Map(before.map((usage) => [usage.uid, usage]));
  return now.map((usage) => usageLine(known.get(usage.uid), usage));
}

/** Returns whether it was waited: to be interrupted is how it ends. */
async function pause(signal: AbortSignal): Promise<boolean> {
  try {
    await delay(refreshMs, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

type Present = (lines: readonly UsageLine[]) => void;

/** @throws CodedError USAGE_INVALID */
async function presenter({ flags, io }: Invocation): Promise<Present> {
  const template = templateOf(flags);
  if (template !== undefined) return await byTemplate(template, flags, io);
  if (flags.text('output') !== undefined)
    return (lines) => io.out.write(`${JSON.stringify(lines.map(usageDocument))}\n`);
  const isLive = io.width !== undefined && !flags.isSet('no-stream');
  return (lines) => {
    const width = flags.isSet('no-trunc') ? undefined : io.width;
    const text = usageTable(lines, flags.isSet('all-namespaces'), width);
    io.out.write(isLive ? redrawn(text) : text);
  };
}

async function byTemplate(template: string, flags: FlagValues, io: Io): Promise<Present> {
  const { documentRenderer } = await import('../../render/template.ts');
  const render = documentRenderer(flags.isSet('template') ? '--template' : '--format', template);
  return (lines) =>
    io.out.write(
      lines.map((line) => `${render({ ...usageDocument(line), ...usageTexts(line) })}\n`).join(''),
    );
}

function usageTable(lines: readonly UsageLine[], hasNamespaces: boolean, width: number | undefined): string {
  const header = ['VM ID', 'NAME', 'CPU %', 'MEM USAGE / LIMIT', 'MEM %', 'NET I/O', 'BLOCK I/O', 'PIDS'];
  const rows = lines.map((line) => {
    const { ID, Name, CPUPerc, MemUsage, MemPerc, NetIO, BlockIO, PIDs } = usageTexts(line);
    return [ID, Name, CPUPerc, MemUsage, MemPerc, NetIO, BlockIO, PIDs];
  });
  const optional = [7, 6, 5, 4, 0];
  if (!hasNamespaces) return fitted(header, rows, { flexible: 1, optional }, width);
  const placed = rows.map((row, at) => [lines[at]!.namespace, ...row]);
  return fitted(
    ['NAMESPACE', ...header],
    placed,
    { flexible: 2, optional: optional.map((at) => at + 1) },
    width,
  );
}

function fitted(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { flexible, optional }: { readonly flexible: number; readonly optional: readonly number[] },
  width: number | undefined,
): string {
  return width === undefined
    ? table(header, rows)
    : fittedTable(header, rows, { width, flexible: new Set([flexible]), optional });
}
