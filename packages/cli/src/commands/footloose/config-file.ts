import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type FootlooseConfig, readFootlooseConfig } from '@ignite/legacy/footloose/config';
import type { FlagValues, Flags, Invocation } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { readInputFile } from '../../files/input-file.ts';

const defaultPath = 'footloose.yaml';
const variable = 'FOOTLOOSE_CONFIG';

/** Which configuration a command is about. */
export const configFlags: Flags = {
  config: {
    type: 'string',
    short: 'c',
    value: 'FILE',
    default: `$${variable}, or ${defaultPath}`,
    help: 'configuration of the cluster',
  },
  filename: { type: 'string', short: 'f', value: 'FILE', help: 'the same as --config' },
};

/** Pure. Returns the path of the configuration. */
export const configPath = (flags: FlagValues, env: NodeJS.ProcessEnv): string =>
  flags.text('config') ?? flags.text('filename') ?? (env[variable] || defaultPath);

/** A configuration, and where it is. */
export interface ConfigFile {
  readonly config: FootlooseConfig;
  /** The folder to which its paths are relative, which is that of the command, as in Footloose. */
  readonly dir: string;
  /** The private key of the cluster; undefined if it has none. */
  readonly privateKey: string | undefined;
}

/** @throws CodedError USAGE_INVALID, FOOTLOOSE_INVALID */
export async function readConfigFile({ flags, io }: Invocation): Promise<ConfigFile> {
  const path = configPath(flags, io.env);
  if (!existsSync(path))
    throw usageError(
      `there is no configuration ${path}`,
      'write one with "ignite footloose config create", or name yours with --config',
    );
  const config = readFootlooseConfig(await readInputFile('--config', path), path);
  const { privateKey } = config.cluster;
  const home = io.env['HOME'] ?? '';
  const key = privateKey?.replace(/^~(?=\/)/, home);
  return { config, dir: process.cwd(), privateKey: key ? resolve(key) : undefined };
}
