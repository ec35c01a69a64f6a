import { setTimeout as delay } from 'node:timers/promises';
import type { Duplex } from 'node:stream';
import type { Vm } from '@ignite/api/v1/vm';
import type { Client } from '@ignite/api/client/client';
import type { Command, Invocation } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withClient } from '../../context.ts';
import { attachConsole } from './attach-console.ts';
import { attachStreams } from './attach-streams.ts';

const detachedLine = '\nDetached\n';
const pollMs = 200;

export const attach: Command = {
  name: 'attach',
  arguments: 'VM',
  arity: { least: 1, most: 1 },
  summary: 'Attach to the console of a VM, or to the streams of its entrypoint',
  examples: ['ignite attach my-vm'],
  flags: namespaceFlags,
  run: (invocation) =>
    withClient(invocation, async (client) => {
      using to = await client.vms.attach(invocation.args[0]!, { since: 'now' }, invocation.signal);
      invocation.io.err.write('Attached; ^P^Q detaches.\n');
      const how =
        to.kind === 'console'
          ? await attachConsole(to.console, invocation)
          : await attachStreams(to, invocation);
      if (how === 'detached') invocation.io.err.write(detachedLine);
      return 0;
    }),
};

/**
 * Shows what a VM writes, from its first line on. Resolves with the VM's exit code, or with 0 if the user
 * detaches. A guest that reboots is followed.
 */
export async function attachUntilEnd(vm: Vm, client: Client, invocation: Invocation): Promise<number> {
  const { uid } = vm.metadata;
  const { signal } = invocation;
  for (;;) {
    if ((await attachToLife(uid, client, invocation)) === 'detached') {
      invocation.io.err.write(detachedLine);
      return 0;
    }
    const ended = await client.vms.wait(uid, signal);
    if (!hasRebooted(ended)) return ended.status.exitCode ?? 255;
    if (!(await isUpAgain(uid, client, signal))) return 255;
  }
}

/** Tells whether a VM has rebooted, which is the only end without an exit code or a message. */
const hasRebooted = ({ status: { phase, exitCode, message } }: Vm): boolean =>
  (phase === 'Restarting' || phase === 'Starting' || phase === 'Running') &&
  exitCode === undefined &&
  message === undefined;

async function isUpAgain(uid: string, client: Client, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    const { phase } = (await client.vms.find(uid, signal)).status;
    if (phase === 'Running') return true;
    if (phase !== 'Restarting' && phase !== 'Starting') return false;
    await delay(pollMs, undefined, { signal });
  }
}

async function attachToLife(
  uid: string,
  client: Client,
  invocation: Invocation,
): Promise<'ended' | 'detached'> {
  const { signal } = invocation;
  // An entrypoint that has ended already has left all of its output in the log.
  using to = await client.vms.attach(uid, { since: 'start' }, signal).catch(() => undefined);
  signal.throwIfAborted();
  if (to?.kind !== 'streams') return await attachToConsole(to?.console, uid, client, invocation);
  const how = await attachStreams(to, invocation);
  signal.throwIfAborted();
  return how;
}

/** Connects with the console of a VM and shows its log, because a console does not repeat earlier output. */
async function attachToConsole(
  console: Duplex | undefined,
  uid: string,
  client: Client,
  invocation: Invocation,
): Promise<'ended' | 'detached'> {
  const stop = new AbortController();
  const signal = AbortSignal.any([invocation.signal, stop.signal]);
  const show = async () => {
    for await (const { stream, bytes } of client.vms.logs(uid, { follow: true }, signal))
      invocation.io[stream === 'stdout' ? 'out' : 'err'].write(bytes);
    return 'ended' as const;
  };
  const shown = show();
  const input =
    console === undefined ? shown : attachConsole(console, { ...invocation, signal, showOutput: false });
  const how = await Promise.race([
    shown,
    input.catch(() => 'ended' as const).then((ended) => (ended === 'detached' ? ended : shown)),
  ]);
  stop.abort(); // our standard input may never end
  await shown.catch(() => {});
  invocation.signal.throwIfAborted();
  return how;
}
