import { archFlags, archOf } from '../../arguments/arch-flags.ts';
import type { Invocation } from '../../arguments/command.ts';
import { maxSizeFlag, maxSizeOf } from '../../arguments/max-size-flag.ts';
import { importRuntimeFlags, runtimeOf } from '../../arguments/runtime-flags.ts';
import { readConfiguration, registryConfig, registryFlags } from '../../configuration.ts';

/** The flags of commands that import an image or a kernel. */
export const importFlags = { ...archFlags, ...registryFlags, ...importRuntimeFlags, ...maxSizeFlag };

/** Returns what these flags and the configuration say of an import. */
export async function importRequestOf(invocation: Invocation) {
  const { flags } = invocation;
  const runtime = runtimeOf(flags, await readConfiguration(invocation));
  return { ...archOf(flags), ...maxSizeOf(flags), ...runtime, ...(await registryConfig(invocation)) };
}
