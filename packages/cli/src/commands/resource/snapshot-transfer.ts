import type { BringSnapshotRequest } from '@ignite/api/client/snapshot-client';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { bytes, humanBytes } from '@ignite/toolkit/units/bytes';
import { allowFlag, allowedOf } from '../../arguments/allow-flag.ts';
import type { Command, Flags, Invocation } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { registryConfig, registryFlags } from '../../configuration.ts';
import { withClient } from '../../context.ts';
import { writeArchive } from '../../files/archive-output.ts';
import { openInput } from '../../files/open-input.ts';
import { printDone } from '../../render/message/done.ts';

const wholeDiskFlags: Flags = {
  'whole-disk': { type: 'boolean', help: "send all of the disk, not only what differs from its image's" },
};
const bringFlags: Flags = {
  ...namespaceFlags,
  'disk-only': { type: 'boolean', help: 'leave the memory out' },
  allow: allowFlag('allow VMs made from the snapshot to use a resource of this host'),
};
const secrets =
  'A snapshot with memory contains all that was in the memory of the VM, passwords and keys included. Any snapshot contains the environment and the cloud-init data of the VM in plain text. Whoever can read it has them.';
const trust =
  'VMs made from the snapshot run what was in its memory and on its disk. They may use resources of this host only if you allow each of them, as with "ignite import". Its memory is refused if it does not fit this host; --disk-only brings the disk alone.';

const packing = ({ flags }: Pick<Invocation, 'flags'>): { readonly wholeDisk: boolean } => ({
  wholeDisk: flags.isSet('whole-disk'),
});

export const snapshotPush: Command = {
  name: 'snapshot push',
  arguments: 'SNAPSHOT REFERENCE',
  arity: { least: 2, most: 2 },
  summary: 'Push a snapshot to a registry',
  details: [
    secrets,
    'The image of the VM is not sent. Whoever pulls the snapshot gets it by its digest from the registry that has it.',
  ],
  examples: ['ignite snapshot push ready registry.example.org/web-ready:1'],
  flags: { ...namespaceFlags, ...wholeDiskFlags, ...registryFlags },
  run: async (invocation) => {
    const { flags, args, io } = invocation;
    const [snapshot = '', reference = ''] = args;
    const request = { ...packing(invocation), ...(await registryConfig(invocation)) };
    const pushed = await withClient(invocation, ({ snapshots }, op) =>
      snapshots.push(snapshot, reference, request, op),
    );
    io.out.write(flags.isSet('quiet') ? `${pushed.digest}\n` : `Pushed ${pushed.name}@${pushed.digest}\n`);
    return 0;
  },
};

export const snapshotPull: Command = {
  name: 'snapshot pull',
  arguments: 'REFERENCE [NAME]',
  arity: { least: 1, most: 2 },
  summary: 'Pull a snapshot from a registry',
  details: [trust],
  examples: [
    'ignite snapshot pull registry.example.org/web-ready:1',
    'ignite snapshot pull registry.example.org/web-ready:1 ready && ignite run --from ready --name web2',
  ],
  flags: { ...bringFlags, ...registryFlags },
  run: async (invocation) => {
    const [reference = '', name] = invocation.args;
    const request = { ...bringing(name, invocation), ...(await registryConfig(invocation)) };
    const pulled = await withClient(invocation, ({ snapshots }, op) =>
      snapshots.pull(reference, request, op),
    );
    printDone(pulled, broughtText('Pulled', pulled), invocation);
    return 0;
  },
};

export const snapshotExport: Command = {
  name: 'snapshot export',
  arguments: 'SNAPSHOT FILE',
  arity: { least: 2, most: 2 },
  summary: 'Export a snapshot and its image to a tar archive',
  details: [secrets],
  examples: [
    'ignite snapshot export ready ready.tar',
    'ignite snapshot export ready - | ssh other ignite snapshot import -',
  ],
  flags: { ...namespaceFlags, ...wholeDiskFlags },
  run: async (invocation) => {
    const [snapshot = '', file] = invocation.args;
    await withClient(invocation, ({ snapshots }, op) =>
      writeArchive(file, (output) => snapshots.export(snapshot, packing(invocation), output, op)),
    );
    return 0;
  },
};

export const snapshotImport: Command = {
  name: 'snapshot import',
  arguments: 'FILE [NAME]',
  arity: { least: 1, most: 2 },
  summary: 'Import a snapshot from an archive that "ignite snapshot export" wrote',
  details: [trust],
  examples: ['ignite snapshot import ready.tar', 'ignite snapshot import ready.tar ready-again'],
  flags: bringFlags,
  run: async (invocation) => {
    const [file = '', name] = invocation.args;
    const input = await openInput(file);
    const imported = await withClient(invocation, ({ snapshots }, op) =>
      snapshots.import(input, bringing(name, invocation), op),
    );
    printDone(imported, broughtText('Imported', imported), invocation);
    return 0;
  },
};

const bringing = (
  name: string | undefined,
  { flags, namespace }: Pick<Invocation, 'flags' | 'namespace'>,
): BringSnapshotRequest => ({
  allow: allowedOf(flags),
  diskOnly: flags.isSet('disk-only'),
  ...(name !== undefined && { name }),
  ...(namespace !== undefined && { namespace }),
});

function broughtText(did: string, { metadata: { name, uid }, spec: { vmName }, status }: Snapshot): string {
  const what = status.holds === 'Machine' ? 'memory and disk' : 'the disk';
  return `${did} snapshot "${name}" of VM "${vmName}": ${what}, ${humanBytes(bytes(status.size))}, with ID "${uid}"`;
}
