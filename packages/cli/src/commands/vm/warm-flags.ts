import { type Warmth, warmth } from '@ignite/api/client/warmth';
import type { Flags, Invocation } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { readConfiguration } from '../../configuration.ts';

const variable = 'IGNITE_WARM';

export const warmFlags: Flags = {
  warm: {
    type: 'string',
    value: 'WHEN',
    values: warmth,
    default: `$${variable}, or auto`,
    help: 'start from a template: auto if there is one, and have "run" make one in the background otherwise; always, and make one first; never, which is the default with --interactive',
  },
};

/**
 * Returns when the new VM starts from a template. Flags take precedence over the environment, and that over the configuration. A person who
 * attaches to the VM is there to see it boot.
 * @throws CodedError USAGE_INVALID
 */
export async function warmthOf(invocation: Pick<Invocation, 'flags' | 'io'>): Promise<Warmth> {
  const { flags, io } = invocation;
  const asked = flags.choice('warm', warmth);
  if (flags.isSet('from')) {
    if (asked === 'always') throw usageError('--warm always does not go with --from', 'omit one of them');
    return 'never';
  }
  if (asked !== undefined) return asked;
  const preferred = io.env[variable];
  if (preferred && preferred !== 'auto' && preferred !== 'never')
    throw usageError(`${variable}: neither auto nor never: ${JSON.stringify(preferred)}`, 'use one of both');
  if (flags.isSet('interactive')) return 'never';
  if (preferred) return preferred === 'auto' ? 'auto' : 'never';
  return (await readConfiguration(invocation)).warm ?? 'auto';
}
