import type { LegacyResult } from '@ignite/legacy/import/import-request';
import type { Command, FlagValues, Invocation } from '../../arguments/command.ts';
import { importLegacy as importAll } from '../../context.ts';
import { documentFlag, documentFormatOf, printDocument } from '../../render/objects.ts';
import { table } from '../../render/text/table.ts';

const defaultFrom = '/var/lib/firecracker';

export const importLegacy: Command = {
  name: 'import-legacy',
  arguments: '[NAME...]',
  arity: { least: 0, most: Infinity },
  summary: 'Import VMs, images and kernels from the original Ignite, which was written in Go',
  details: [
    'Everything is copied: the old data directory is only read, and no VM is started. VMs keep their names, uids, labels, ' +
      'timestamps, keys and disks. The command can be run again: it skips what has been imported before, and completes an ' +
      'interrupted import. VMs that are still running under the original are refused; stop them there first.',
  ],
  examples: [
    'ignite import-legacy --dry-run',
    'ignite import-legacy',
    'ignite import-legacy my-vm --from /mnt/old/var/lib/firecracker',
  ],
  flags: {
    from: {
      type: 'string',
      value: 'DIR',
      default: defaultFrom,
      help: 'data directory of the original Ignite',
    },
    'dry-run': { type: 'boolean', help: 'show what would be done, without doing it' },
    output: documentFlag,
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const request = { from: flags.text('from') ?? defaultFrom, vms: args, dryRun: flags.isSet('dry-run') };
    const results = await importAll(invocation, request);
    await print(results, flags, invocation);
    return results.every(({ outcome }) => outcome !== 'failed' && outcome !== 'refused') ? 0 : 1;
  },
};

async function print(results: readonly LegacyResult[], flags: FlagValues, { io }: Invocation): Promise<void> {
  const format = documentFormatOf(flags);
  if (format !== undefined) return await printDocument(results, format, io);
  if (flags.isSet('quiet')) {
    io.out.write(
      results
        .filter(isNew)
        .map(({ uid }) => `${uid}\n`)
        .join(''),
    );
    return;
  }
  io.out.write(table(['KIND', 'NAME', 'UID', 'RESULT', 'NOTE'], results.map(rowOf)));
  const ran = results.filter((result) => result.ran && result.outcome === 'imported').map(({ name }) => name);
  if (ran.length > 0)
    io.err.write(`These VMs were running before. To start them, run: ignite start ${ran.join(' ')}\n`);
}

const isNew = ({ outcome }: LegacyResult): boolean => outcome === 'imported' || outcome === 'to import';

const rowOf = ({ kind, name, uid, outcome, note = '' }: LegacyResult): readonly string[] => [
  kind,
  name,
  uid,
  outcome,
  note,
];
