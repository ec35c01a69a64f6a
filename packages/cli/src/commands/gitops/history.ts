import { keyText } from '@ignite/toolkit/object/object-key';
import { shortRevision } from '@ignite/toolkit/sync/sync-status';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withReader } from '../../context.ts';
import { age } from '@ignite/toolkit/text/age';
import { table } from '../../render/text/table.ts';
import { parseKey } from '../declare/declared-kind.ts';
import { findSync, syncOperand } from './syncs.ts';

export const history: Command = {
  name: 'gitops history',
  ...syncOperand,
  summary: 'Show the history of a sync, newest first',
  examples: ['ignite gitops history site'],
  run: async (invocation) =>
    await withReader(invocation, async ({ stored }) => {
      const sync = await findSync(stored, invocation);
      const rows = sync.status.history.map(({ revision, time, durationMs, outcome, message }) => [
        shortRevision(revision),
        `${age(time, Date.now())} ago`,
        `${(durationMs / 1_000).toFixed(1)}s`,
        outcome,
        message,
      ]);
      invocation.io.out.write(table(['REVISION', 'WHEN', 'TOOK', 'OUTCOME', 'MESSAGE'], rows));
      return 0;
    }),
};

export const events: Command = {
  name: 'gitops events',
  arguments: '[KIND/NAME]',
  arity: { least: 0, most: 1 },
  summary: 'List events of syncs and their objects, newest last',
  examples: ['ignite gitops events', 'ignite gitops events vm/web'],
  flags: namespaceFlags,
  run: async ({ args, ...invocation }) => {
    const wanted = args[0] === undefined ? undefined : keyText(parseKey(args[0]));
    return await withReader({ args, ...invocation }, async (client) => {
      const found = (await client.events.list(invocation.signal)).events
        .filter(({ spec }) => wanted === undefined || keyText(spec.regarding) === wanted)
        .toSorted((a, b) => (a.spec.lastTime < b.spec.lastTime ? -1 : 1));
      const rows = found.map(({ spec }) => [
        `${age(spec.lastTime, Date.now())} ago`,
        spec.type,
        spec.reason,
        keyText(spec.regarding),
        spec.count > 1 ? `${spec.message} (${spec.count} times)` : spec.message,
      ]);
      invocation.io.out.write(table(['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'], rows));
      return 0;
    });
  },
};
