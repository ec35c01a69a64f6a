import { readFile } from 'node:fs/promises';
import type { HostConfiguration } from '@ignite/api/configuration-file';
import { fileFault } from './files/file-fault.ts';
import type { Flags, Invocation } from './arguments/command.ts';

export const defaultConfigurationPath = '/etc/ignite/config.yaml';

/**
 * What holds for this host: the file of `--ignite-config` or IGNITE_CONFIG, or the default one, which need not be there.
 * @throws CodedError CONFIG_INVALID, MANIFEST_INVALID
 */
export async function readConfiguration({
  flags,
  io,
}: Pick<Invocation, 'flags' | 'io'>): Promise<HostConfiguration> {
  const named = flags.text('ignite-config') ?? io.env['IGNITE_CONFIG'];
  const path = named ?? defaultConfigurationPath;
  const text = await readFile(path, 'utf8').catch((failure: NodeJS.ErrnoException) => failure);
  if (text instanceof Error && text.code === 'ENOENT' && named === undefined) return {};
  const [{ configInvalid, decodeConfiguration }, { scheme }] = await Promise.all([
    import('@ignite/api/configuration-file'), // it brings YAML
    import('@ignite/legacy/scheme'),
  ]);
  if (text instanceof Error)
    throw configInvalid(
      `cannot read the configuration file ${path}: ${fileFault(text)}`,
      'check --ignite-config and $IGNITE_CONFIG',
      text,
    );
  return decodeConfiguration(text, path, scheme);
}

export const registryFlags: Flags = {
  'registry-config-dir': { type: 'string', value: 'DIR', help: "directory with Docker's config.json" },
};

/** Where credentials for registries are. The flag takes precedence over the configuration. */
export async function registryConfig(
  invocation: Invocation,
): Promise<{ readonly registryConfigDir?: string }> {
  const given = invocation.flags.text('registry-config-dir');
  const registryConfigDir = given ?? (await readConfiguration(invocation)).registryConfigDir;
  return registryConfigDir === undefined ? {} : { registryConfigDir };
}
