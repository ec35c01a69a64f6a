import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ignitedConfigurationPath } from '@ignite/api/ignited/ignited-configuration-path';
import type { Invocation } from '../../arguments/command.ts';

/**
 * Returns an invocation that uses the store which the flags or the configuration file of ignited name, as ignited
 * itself will.
 * @throws CodedError MANIFEST_INVALID
 */
export async function withStore(invocation: Invocation): Promise<Invocation> {
  const { flags, io } = invocation;
  const store = flags.text('store') ?? (await configuredStore(flags.text('config')));
  if (store === undefined) return invocation;
  return { ...invocation, io: { ...io, env: { ...io.env, IGNITE_STORE: store } } };
}

async function configuredStore(named: string | undefined): Promise<string | undefined> {
  const path = named ?? ignitedConfigurationPath;
  // If a file that is named is not there, ignited says so.
  if (!existsSync(path)) return undefined;
  const [{ decodeIgnitedConfiguration }, text] = await Promise.all([
    import('@ignite/api/ignited/ignited-configuration'),
    readFile(path, 'utf8'),
  ]);
  return decodeIgnitedConfiguration(text, path).store;
}
