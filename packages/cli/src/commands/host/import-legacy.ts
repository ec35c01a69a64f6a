import type { LegacyResult } from '@ignite/api/client/legacy-client';
import type { Command, FlagValues, Invocation } from '../../arguments/command.ts';
import { withClient } from '../../context.ts';
import { documentFlag, documentFormatOf, printDocument } from '../../render/objects.ts';
import { table } from '../../render/text/table.ts';

const defaultFrom = '/var/lib/firecracker';

export const importLegacy: Command = {
  name: 'import-legacy',
  arguments: '[NAME...]',
  arity: { least: 0, most: Infinity },
  summary: 'Take over VMs, images and kernels of the Ignite that was written in Go',
  details: [
    'Everything is copied: the old data directory is only read, and nothing is started. VMs keep their names, uids, labels, ' +
      'times, keys and disks. Run it again whenever you like: what was taken over before is left alone, and what was cut short ' +
      'is finished. VMs that the original still runs are refused until they are stopped there.',
  ],
  examples: [
    'ignite import-legacy --dry-run',
    'ignite import-legacy',
    'ignite import-legacy my-vm --from /mnt/old/var/lib/firecracker',
  ],
  flags: {
    from: { type: 'string', value: 'DIR', default: defaultFrom, help: "the original's data directory" },
    'dry-run': { type: 'boolean', help: 'say what would be done, and do nothing' },
    output: documentFlag,
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const request = { from: flags.text('from') ?? defaultFrom, vms: args, dryRun: flags.isSet('dry-run') };
    const results = await withClient(invocation, (client, op) => client.legacy.import(request, op));
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
    io.err.write(`These ran before, and can be started now: ignite start ${ran.join(' ')}\n`);
}

const isNew = ({ outcome }: LegacyResult): boolean => outcome === 'imported' || outcome === 'to import';

const rowOf = ({ kind, name, uid, outcome, note = '' }: LegacyResult): readonly string[] => [
  kind,
  name,
  uid,
  outcome,
  note,
];
