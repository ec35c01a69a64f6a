import type { Arch } from './arch.ts';

/** Node's names (`process.arch`) of the architectures that VMs can have. */
const archOfNode: ReadonlyMap<string, Arch> = new Map([
  ['x64', 'amd64'],
  ['arm64', 'arm64'],
]);

/**
 * Pure. Parses Node's name of an architecture.
 * @throws RangeError for a host that cannot run VMs of its own architecture
 */
export function parseNodeArch(text: string): Arch {
  const arch = archOfNode.get(text);
  if (arch === undefined) throw new RangeError(`Ignite runs on x86-64 and 64-bit ARM, not on ${text}`);
  return arch;
}
