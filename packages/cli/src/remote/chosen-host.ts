import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Invocation } from '../arguments/command.ts';
import { usageError } from '../arguments/usage-error.ts';

/** The name of this host among the contexts. */
export const localContext = 'default';

/** The host for which commands are: this one, another one by its address, or one that is known by a name. */
export type ChosenHost =
  | { readonly kind: 'local' }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'context'; readonly name: string };

/** The folder of the user's contexts. */
export const contextsDir = (env: NodeJS.ProcessEnv): string =>
  join(env['XDG_CONFIG_HOME'] || join(env['HOME'] ?? homedir(), '.config'), 'ignite', 'contexts');

/** The file that names the context in use. */
export const currentFile = (env: NodeJS.ProcessEnv): string => join(contextsDir(env), 'current');

/**
 * Returns the host that a command is for. A flag takes precedence over a variable, a host over a context, and both over
 * the context in use, as in Docker. Local commands wait for this, so it reads one small file at most.
 * @throws CodedError USAGE_INVALID
 */
export function chosenHost({ flags, io: { env } }: Pick<Invocation, 'flags' | 'io'>): ChosenHost {
  const [address, context] = [flags.text('host'), flags.text('context')];
  if (address !== undefined && context !== undefined)
    throw usageError('--host and --context both name a host', 'use only one of them');
  if (context !== undefined) return named(context);
  if (address !== undefined) return { kind: 'address', address };
  if (env['IGNITE_HOST']) return { kind: 'address', address: env['IGNITE_HOST'] };
  return named(env['IGNITE_CONTEXT'] || currentContext(env));
}

const named = (name: string): ChosenHost =>
  name === localContext ? { kind: 'local' } : { kind: 'context', name };

/** Returns the name of the context in use. */
export function currentContext(env: NodeJS.ProcessEnv): string {
  try {
    return readFileSync(currentFile(env), 'utf8').trim() || localContext;
  } catch (failure) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes((failure as NodeJS.ErrnoException).code ?? ''))
      return localContext;
    throw failure;
  }
}
