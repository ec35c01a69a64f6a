import { readFileSync } from 'node:fs';
import { ignitedConfigurationPath } from '@ignite/api/ignited/ignited-configuration-path';
import type { IgnitedValues } from '@ignite/api/ignited/ignited-settings';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { optionInvalid } from './errors.ts';
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
  const text = textAt(path, named !== undefined);
  if (text === undefined) return {};
  // It is loaded only where there is a file.
  const { decodeIgnitedConfiguration } = await import('@ignite/api/ignited/ignited-configuration');
  return decodeIgnitedConfiguration(text, path);
}

function textAt(path: string, isNeeded: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (failure) {
    if (!isNeeded && (failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw optionInvalid(
      `cannot read the configuration file ${path}: ${errorText(failure)}`,
      'check --config, and the permissions of the file',
    );
  }
}
