import type { Arch } from '@ignite/api/v1/arch';

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

/** The architecture of this host. VMs of this architecture may use KVM; all others are emulated. */
export const hostArch: Arch = parseNodeArch(process.arch);

/** Returns the other architecture, whose VMs are emulated on the host. */
export const foreignArch = (host: Arch): Arch => (host === 'amd64' ? 'arm64' : 'amd64');

/** Debian's multiarch tuples, which name the folders of libraries (Debian policy, 8.1). */
export const multiarchTuple: Readonly<Record<Arch, string>> = {
  amd64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};
