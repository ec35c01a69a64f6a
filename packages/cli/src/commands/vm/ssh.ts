import type { WindowSize } from '@ignite/api/client/vm-streams';
import { shellWord } from '@ignite/toolkit/text/shell-word';
import type { Command, Flag, Flags, Invocation } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withClient } from '../../context.ts';
import { passPipes } from './pass-pipes.ts';

export const sshFlags: Flags = {
  identity: {
    type: 'string',
    short: 'i',
    value: 'FILE',
    default: "the VM's own key",
    help: 'private key file',
  },
  timeout: { type: 'string', value: 'SECONDS', default: '60', help: 'seconds to wait for the VM to answer' },
};

const tty = (otherwise: string): Flag => ({
  type: 'boolean',
  short: 't',
  default: otherwise,
  help: 'allocate a pseudo-terminal; --tty=false allocates none',
});

export const ssh: Command = {
  name: 'ssh',
  arguments: 'VM [COMMAND...]',
  arity: { least: 1, most: Infinity },
  summary: 'Log in to a VM, or run a command line in it',
  details: [
    'Waits until the SSH server of the VM answers. A VM that was made without --ssh is logged in to without SSH. The exit status is that of the command, 128 plus the signal number if a signal ended the command, or 255 if the connection failed.',
  ],
  examples: ['ignite ssh my-vm', 'ignite ssh my-vm uname -a'],
  flags: { ...namespaceFlags, ...sshFlags, tty: tty('true for a login from a terminal') },
  passesFlags: true,
  run: (invocation) => runInVm(invocation, invocation.rest),
};

export const exec: Command = {
  name: 'exec',
  arguments: 'VM COMMAND...',
  arity: { least: 0, most: Infinity },
  summary: 'Run a command in a running VM',
  details: [
    "Needs no SSH server in the VM, and uses it if the VM was made with --ssh. Standard input, output, error and the exit status are those of the command. The first word is a line for the guest's shell; all other words reach the command unchanged. Flags after the first word belong to the command.",
    'The exit status is 128 plus the signal number if a signal ended the command, 255 if the connection to the guest failed, and 1 if the guest was not ready in time.',
  ],
  examples: [
    'ignite exec my-vm -- uname -a',
    'ignite exec my-vm cat /etc/os-release',
    'ignite exec my-vm "echo a > /tmp/b"',
  ],
  flags: { ...namespaceFlags, ...sshFlags, tty: tty('false') },
  passesFlags: true,
  run: async (invocation) => {
    const [first, ...others] = invocation.rest;
    if (invocation.args.length === 0 || first === undefined) {
      // Users of "docker exec -i" may expect this flag to be for standard input.
      const hint = invocation.flags.isSet('identity')
        ? '; -i selects a private key, and standard input needs no flag'
        : '';
      throw usageError('exec requires a VM and a command', `use "ignite exec VM -- COMMAND"${hint}`);
    }
    // The first word is a line for the guest's shell, as in the original. The other words reach the command
    // unchanged.
    return await runInVm(invocation, [first, ...others.map(shellWord)]);
  },
};

async function runInVm(invocation: Invocation, command: readonly string[]): Promise<number> {
  const { flags, args, io, signal } = invocation;
  const identity = flags.text('identity');
  const isTerminal = flags.switch('tty', command.length === 0 && process.stdin.isTTY);
  const request = {
    streams: { kind: 'own', ...(isTerminal && { terminal: windowSize() }) },
    timeoutMs: (flags.seconds('timeout') ?? 60) * 1_000,
    ...(command.length > 0 && { line: command.join(' ') }),
    ...(identity !== undefined && { identity }),
  } as const;
  const outcome = await withClient(invocation, async (client, op) => {
    const session = await client.vms.exec(args[0]!, request, op);
    if (session.kind === 'handed-over') return session;
    op.endProgress();
    return await passPipes(session, io, isTerminal);
  });
  return typeof outcome === 'number' ? outcome : await outcome.run(signal);
}

/** The size of our terminal, or of an ordinary one if we have none. */
const windowSize = (): WindowSize => ({
  rows: process.stdout.rows || 24,
  columns: process.stdout.columns || 80,
});
