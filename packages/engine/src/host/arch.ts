import type { Arch } from '@ignite/api/v1/arch';

/** Node's words (`process.arch`) for the architectures that VMs can have. */
const archOfNode: ReadonlyMap<string, Arch> = new Map([
  ['x64', 'amd64'],
  ['arm64', 'arm64'],
]);

/** Pure. @throws RangeError for a host on which no VM of its own architecture can run */
export function parseNodeArch(text: string): Arch {
  const arch = archOfNode.get(text);
  if (arch === undefined) throw new RangeError(`Ignite runs on x86-64 and 64-bit ARM, not on ${text}`);
  return arch;
}

/** This host's own architecture: its VMs may use KVM, those of any other are emulated. */
export const hostArch: Arch = parseNodeArch(process.arch);

/** The other one, whose VMs are emulated here. */
export const foreignArch = (host: Arch): Arch => (host === 'amd64' ? 'arm64' : 'amd64');

/** Debian's multiarch tuple, below which libraries lie (Debian policy, 8.1). */
export const multiarchTuple: Readonly<Record<Arch, string>> = {
  amd64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};
