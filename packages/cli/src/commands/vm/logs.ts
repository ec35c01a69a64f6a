import type { LogsRequest } from '@ignite/api/client/vm-client';
import type { Command, FlagValues } from '../../arguments/command.ts';
import { parseMoment } from '../../arguments/moment.ts';
import { namespaceBeside } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withClient } from '../../context.ts';

export const logs: Command = {
  name: 'logs',
  arguments: 'VM',
  arity: { least: 1, most: 1 },
  summary: 'Show the output of a VM since its last start',
  details: [
    'Standard output and standard error of an entrypoint are shown on standard output and standard error. A console or a terminal has only one output.',
    'A VM that has stopped, or failed to boot, keeps its log until it is removed. Use --all, or --since with a time before the last start, to show the output of earlier starts.',
  ],
  examples: [
    'ignite logs my-vm',
    'ignite logs -f --tail 20 my-vm',
    'ignite logs --since 10m -t my-vm',
    'ignite logs --since 2026-01-31T12:00:00Z --until 2026-01-31T12:30:00Z my-vm',
  ],
  flags: {
    ...namespaceBeside('tail'),
    follow: { type: 'boolean', short: 'f', help: 'follow the output while the VM runs' },
    tail: { type: 'string', short: 'n', value: 'LINES', help: 'number of lines to show from the end' },
    since: {
      type: 'string',
      value: 'TIME',
      help: 'show output since a time, such as 10m or 2026-01-31T12:00:00Z',
    },
    until: { type: 'string', value: 'TIME', help: 'show output until a time' },
    timestamps: { type: 'boolean', short: 't', help: 'show timestamps' },
    all: { type: 'boolean', short: 'a', help: 'include earlier starts' },
  },
  run: async (invocation) => {
    const { flags, args, io, signal } = invocation;
    const request = logsRequest(flags);
    await withClient(invocation, async (client) => {
      for await (const { stream, bytes } of client.vms.logs(args[0]!, request, signal))
        io[stream === 'stdout' ? 'out' : 'err'].write(bytes);
    });
    return 0;
  },
};

/**
 * Returns the request that the flags describe.
 * @throws CodedError USAGE_INVALID
 */
function logsRequest(flags: FlagValues): LogsRequest {
  const [tail, since, until] = [flags.text('tail'), flags.text('since'), flags.text('until')];
  if (tail !== undefined && !/^\d{1,9}$/.test(tail))
    throw usageError(
      `--tail ${tail}: not a number of lines`,
      'use a whole number; -n is --tail here, and --namespace is the namespace',
    );
  const now = Date.now();
  return {
    follow: flags.isSet('follow'),
    timestamps: flags.isSet('timestamps'),
    allStarts: flags.isSet('all') || since !== undefined,
    ...(tail !== undefined && { tail: Number(tail) }),
    ...(since !== undefined && { sinceMs: parseMoment('since', since, now) }),
    ...(until !== undefined && { untilMs: parseMoment('until', until, now) }),
  };
}
