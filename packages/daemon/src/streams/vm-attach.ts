import { once } from 'node:events';
import type { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { GuestStreams } from '@ignite/api/client/vm-streams';
import type { CommandConnector, CommandStreams } from '@ignite/apiserver/resource/connector';
import { type VmSource, checkRunning, connectedVm, toldPlainly } from './connected-vm.ts';

/** Connects clients with what a VM runs, until that ends. */
export const vmAttach = (source: VmSource): CommandConnector => ({
  kind: 'command',
  open: async (target, { container }, signal) => {
    const vm = await connectedVm(target, source, { container, signal });
    checkRunning(vm);
    return async (streams, until) => {
      using to = await toldPlainly(source.vms.attach(vm.metadata.uid, { since: 'now' }, until));
      await (to.kind === 'console' ? passConsole(to.console, streams) : passStreams(to, streams));
      return 0;
    };
  },
});

async function passStreams(guest: GuestStreams, { stdin, stdout, stderr, terminal }: CommandStreams) {
  if (guest.isTerminal) terminal.follow((size) => guest.resize(size));
  if (stdin)
    guest
      .input()
      .then(async (input) => await pipeline(stdin, input))
      .catch(() => {}); // a guest need not read its input
  await Promise.all([pass(guest.stdout, stdout), pass(guest.stderr, stderr)]);
}

/** A console is the guest's whole machine, so that the end of an input is not its end. */
async function passConsole(console: Duplex, { stdin, stdout }: CommandStreams): Promise<void> {
  stdin?.pipe(console, { end: false });
  await Promise.race([pass(console, stdout), once(console, 'close')]);
}

async function pass(from: Readable, to: CommandStreams['stdout']): Promise<void> {
  if (to) return await pipeline(from, to);
  from.resume();
  if (!from.closed) await once(from, 'close');
}
