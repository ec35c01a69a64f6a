import { type MetCondition, type VmCondition, vmConditions } from '@ignite/api/client/vm-condition';
import { parseDuration } from '@ignite/toolkit/units/duration';
import type { Command, FlagValues } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withClient } from '../../context.ts';

export const wait: Command = {
  name: 'wait',
  arguments: 'VM...',
  arity: { least: 1, most: Infinity },
  summary: 'Wait until VMs stop or meet another condition',
  details: [
    'Prints a line for each VM, in the order of the arguments: the exit code of a VM that has stopped, even if it is then removed, otherwise the condition that was met. If several conditions are given, the first one to be met ends the wait; it may be met already.',
    'ready: SSH answers. stopped (or exited): the VM has ended, even if its restart policy starts it again. failed: the VM could not be started. removed: the VM does not exist, or no longer exists.',
    'If the time limit is reached first, the exit status is 1.',
  ],
  examples: [
    'ignite wait my-vm',
    'ignite wait --condition ready --timeout 2m my-vm other-vm',
    'ignite wait --condition running,failed my-vm',
    'ignite wait --condition removed --timeout 30s my-vm',
  ],
  flags: {
    ...namespaceFlags,
    condition: {
      type: 'list',
      value: 'CONDITION',
      values: [...vmConditions, 'exited'],
      default: 'stopped',
      help: `condition to wait for: ${vmConditions.join(', ')}`,
    },
    timeout: {
      type: 'string',
      value: 'DURATION',
      default: 'none',
      help: 'time limit, such as 30s or 5m',
    },
  },
  run: async ({ args, ...invocation }) => {
    const { flags, io } = invocation;
    const request = { conditions: conditionsOf(flags), ...timeoutOf(flags) };
    const failed = new AbortController();
    const signal = AbortSignal.any([invocation.signal, failed.signal]);
    return await withClient({ args, ...invocation }, async ({ life }) => {
      const waits = args.map((query) => life.waitFor(query, request, signal));
      try {
        void Promise.allSettled(waits); // one that fails before its turn comes is heard of then
        for (const each of waits) io.out.write(`${lineOf(await each)}\n`);
        return 0;
      } finally {
        failed.abort();
        await Promise.allSettled(waits);
      }
    });
  },
};

const lineOf = (met: MetCondition): string =>
  met.condition === 'stopped' ? String(met.vm.status.exitCode ?? 255) : met.condition;

function conditionsOf(flags: FlagValues): readonly VmCondition[] {
  const words = flags.list('condition').flatMap((list) => list.split(','));
  const named = words.map((word) => (word === 'exited' ? 'stopped' : word));
  return named.length === 0 ? ['stopped'] : vmConditions.filter((each) => named.includes(each));
}

/** A number alone is of seconds, as in other commands. @throws CodedError DURATION_INVALID */
function timeoutOf(flags: FlagValues): { readonly timeoutMs?: number } {
  const text = flags.text('timeout');
  if (text === undefined) return {};
  return { timeoutMs: parseDuration(/^\d+$/.test(text) ? `${text}s` : text) };
}
