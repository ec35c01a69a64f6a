import { existsSync } from 'node:fs';
import { ignitedConfigurationPath } from '@ignite/api/ignited/ignited-configuration-path';
import type { IgnitedValues } from '@ignite/api/ignited/ignited-settings';
import { readNamedFile } from './named-file.ts';
import { type DaemonOptions, configurationFileOf, parseOptions } from './options.ts';

/**
 * Returns what the daemon is told on its command line and in its configuration file, as it is now.
 * @throws CodedError USAGE_INVALID, MANIFEST_INVALID
 */
export async function configuredOptions(argv: readonly string[]): Promise<DaemonOptions> {
  return parseOptions(argv, await readConfigured(configurationFileOf(argv)));
}

async function readConfigured(named: string | undefined): Promise<IgnitedValues> {
  const path = named ?? ignitedConfigurationPath;
  if (named === undefined && !existsSync(path)) return {};
  const text = await readNamedFile('config', path);
  // It is loaded only where there is a file.
  const { decodeIgnitedConfiguration } = await import('@ignite/api/ignited/ignited-configuration');
  return decodeIgnitedConfiguration(text, path);
}
