import type { ConfigurationSpec } from '@ignite/api/v1/configuration';
import { type SandboxRuntime, sandboxRuntimes } from '@ignite/api/v1/vm-sandbox';
import type { Flag, FlagValues, Flags } from './command.ts';
import { usageError } from './usage-error.ts';

const runtime: Flag = { type: 'string', value: 'NAME', values: sandboxRuntimes, help: '' };

/** For commands that import images. */
export const importRuntimeFlags: Flags = {
  runtime: {
    ...runtime,
    help: 'use the image that containerd or docker has, if any, before pulling it from a registry',
  },
};

/** For commands that start VMs. */
export const runtimeFlags: Flags = {
  runtime: {
    ...runtime,
    default: 'conmon',
    help: 'runtime that isolates and supervises the VM: conmon, containerd or docker; the latter two can also provide its image',
  },
  'network-plugin': {
    type: 'string',
    value: 'NAME',
    values: ['cni', 'docker-bridge'],
    default: 'cni',
    help: "accepted for compatibility: cni or docker-bridge; VMs use Ignite's CNI networks with either",
  },
};

/** The requested runtime, as a part of a request. The flag takes precedence over the configuration. */
export function runtimeOf(
  flags: FlagValues,
  configuration: ConfigurationSpec = {},
): { readonly runtime?: SandboxRuntime } {
  const text = flags.text('runtime') ?? configuration.runtime;
  const found = sandboxRuntimes.find((each) => each === text);
  return found === undefined ? {} : { runtime: found };
}

/**
 * The note about the network plugin, if there is one.
 * @throws CodedError USAGE_INVALID
 */
export function networkPluginNote(
  flags: FlagValues,
  configuration: ConfigurationSpec = {},
): string | undefined {
  const plugin = flags.text('network-plugin') ?? configuration.networkPlugin;
  if (plugin !== 'docker-bridge') return undefined;
  if (runtimeOf(flags, configuration).runtime !== 'docker')
    throw usageError(
      'the "docker-bridge" network plugin can only be used with the "docker" runtime',
      'add --runtime docker, or omit --network-plugin',
    );
  return "--network-plugin docker-bridge: the VM uses Ignite's CNI network, not Docker's";
}
