import type { ClientOperation } from '@ignite/api/client/progress';
import type { SpaceItem, SpaceKind } from '@ignite/api/client/space-client';
import type { Client } from '@ignite/api/client/client';
import { planPrune } from '@ignite/api/client/plan-prune';
import { keyOfFullName } from '@ignite/api/v1/shown-name';
import { type Bytes, bytes, humanBytes } from '@ignite/toolkit/units/bytes';
import type { Command, Flags, Invocation } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { confirm } from '../../confirm.ts';
import { withClient } from '../../context.ts';
import { pruneClusterTemplates } from './prune-cluster-templates.ts';
import { spaceName } from '../../render/text/space.ts';

const flags: Flags = {
  'dry-run': { type: 'boolean', help: 'show what would be removed, without removing it' },
  force: { type: 'boolean', short: 'f', help: 'do not prompt for confirmation' },
};

const common = { arguments: '', arity: { least: 0, most: 0 }, flags } as const;

export const prune: Command = {
  ...common,
  name: 'prune',
  summary: 'Remove templates, unused images, unused kernels and leftover files',
  details: [
    'Templates are those of VMs and of clusters, such as "ignite run" and "ignite cluster create" keep with --warm=auto.',
    'VMs, everything that they use, volumes and snapshots are kept; "ignite vm prune" removes stopped VMs, and "ignite volume prune" removes unused volumes. The default kernel is built again when it is needed.',
  ],
  examples: ['ignite prune --dry-run', 'ignite prune', 'ignite prune -f --kept-disks'],
  flags: {
    ...flags,
    'kept-disks': {
      type: 'boolean',
      help: 'also remove disks that were kept when their VMs were removed, and data of programs beside VMs whose objects are gone',
    },
  },
  run: async (invocation) => {
    const removal = await remove(invocation, [
      ...(['snapshot', 'image', 'kernel', 'leftover', 'layers'] as const),
      ...(invocation.flags.isSet('kept-disks') ? (['kept-disk'] as const) : []),
    ]);
    // A disk that is full has been given some room by now.
    const hasTemplates = removal !== 'refused' && (await pruneClusterTemplates(invocation));
    if (removal === 'none' && !hasTemplates) tellNone(invocation);
    return 0;
  },
};

export const imagePrune: Command = {
  ...common,
  name: 'image prune',
  summary: 'Remove unused images and their layers',
  examples: ['ignite image prune --dry-run', 'ignite image prune -f'],
  run: async (invocation) => await removeAll(invocation, ['image', 'layers']),
};

export const kernelPrune: Command = {
  ...common,
  name: 'kernel prune',
  summary: 'Remove unused kernels',
  examples: ['ignite kernel prune --dry-run', 'ignite kernel prune -f'],
  run: async (invocation) => await removeAll(invocation, ['kernel']),
};

export const vmPrune: Command = {
  ...common,
  name: 'vm prune',
  summary: 'Remove all stopped VMs and their disks',
  examples: ['ignite vm prune --dry-run', 'ignite vm prune -f'],
  flags: { ...flags, ...namespaceFlags },
  run: async (invocation) => await removeAll(invocation, ['vm']),
};

export const volumePrune: Command = {
  ...common,
  name: 'volume prune',
  summary: 'Remove unused volumes and their contents',
  examples: ['ignite volume prune --dry-run', 'ignite volume prune -f'],
  flags: { ...flags, ...namespaceFlags },
  run: async (invocation) => await removeAll(invocation, ['volume']),
};

async function removeAll(invocation: Invocation, kinds: readonly SpaceKind[]): Promise<number> {
  if ((await remove(invocation, kinds)) === 'none') tellNone(invocation);
  return 0;
}

function tellNone({ flags: given, io }: Invocation): void {
  if (!given.isSet('quiet')) io.out.write('Nothing to remove\n');
}

/** What has come of a removal: it is `refused` if somebody was asked and said no, and `none` if nothing was found. */
type Removal = 'done' | 'refused' | 'none';

/** Removes what is idle. */
async function remove(invocation: Invocation, kinds: readonly SpaceKind[]): Promise<Removal> {
  const { flags: given, namespace, io, signal } = invocation;
  const isQuiet = given.isSet('quiet');
  const removeIdle = async (client: Client, op: ClientOperation): Promise<Removal> => {
    const idle = planPrune(await client.space.survey(signal), new Set(kinds));
    const plan =
      namespace === undefined ? idle : idle.filter(({ name }) => keyOfFullName(name).namespace === namespace);
    if (plan.length === 0) return 'none';
    if (given.isSet('dry-run')) {
      io.out.write(isQuiet ? plan.map((item) => `${item.uid ?? item.path}\n`).join('') : planText(plan));
      return 'done';
    }
    if (!given.isSet('force')) {
      io.err.write(planText(plan));
      if (!(await confirm('Remove all of these?', io, signal))) return 'refused';
    }
    let freed = bytes(0);
    for await (const removed of client.space.remove(plan, op)) {
      freed = bytes(freed + removed.freed);
      if (removed.outcome === 'kept')
        op.report({ kind: 'warning', message: `${spaceName(removed.item)} is now in use and was kept` });
      else if (isQuiet) io.out.write(`${removed.item.uid ?? removed.item.path}\n`);
      else if (removed.freed > 0 || removed.item.kind !== 'layers')
        io.out.write(line('Removed', removed.item, removed.freed));
    }
    if (!isQuiet) io.out.write(`Freed ${humanBytes(freed)}\n`);
    return 'done';
  };
  return await withClient(invocation, removeIdle, { freesSpace: true });
}

function planText(plan: readonly SpaceItem[]): string {
  const sum = bytes(plan.reduce<number>((all, { reclaimable }) => all + reclaimable, 0));
  const lines = plan.map((item) => line('Would remove', item, item.reclaimable));
  return `${lines.join('')}Would free ${humanBytes(sum)}\n`;
}

const line = (verb: string, item: SpaceItem, size: Bytes): string =>
  `${verb} ${spaceName(item)} (${humanBytes(size)})\n`;
