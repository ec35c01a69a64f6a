import type { Arch } from '@ignite/api/v1/arch';
import { parseNodeArch } from '@ignite/api/v1/node-arch';

/** The architecture of this host. VMs of this architecture may use KVM; all others are emulated. */
export const hostArch: Arch = parseNodeArch(process.arch);

/** Returns the other architecture, whose VMs are emulated on the host. */
export const foreignArch = (host: Arch): Arch => (host === 'amd64' ? 'arm64' : 'amd64');

/** Debian's multiarch tuples, which name the folders of libraries (Debian policy, 8.1). */
export const multiarchTuple: Readonly<Record<Arch, string>> = {
  amd64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};
