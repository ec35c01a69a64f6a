import type { FlagValues, Flags } from './command.ts';
import { usageError } from './usage-error.ts';

export const envFlags: Flags = {
  env: {
    type: 'list',
    short: 'e',
    value: 'NAME=VALUE',
    help: 'environment variable for the entrypoint; NAME alone takes its value from your environment',
  },
};

/** Pure. A name alone that is not set in `ours` is ignored, as with Docker. @throws CodedError USAGE_INVALID */
export function envOf(
  flags: FlagValues,
  ours: Readonly<Record<string, string | undefined>>,
): { readonly env?: Readonly<Record<string, string>> } {
  const variables = flags.list('env').flatMap((text): [string, string][] => {
    const [, name, value = ours[name ?? '']] = /^([A-Za-z_][A-Za-z0-9_]*)(?:=([^]*))?$/.exec(text) ?? [];
    if (name === undefined)
      throw usageError(`--env ${JSON.stringify(text)}: not an environment variable`, 'use --env NAME=VALUE');
    return value === undefined ? [] : [[name, value]];
  });
  return variables.length === 0 ? {} : { env: Object.fromEntries(variables) };
}
