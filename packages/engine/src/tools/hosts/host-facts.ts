import { statfs } from 'node:fs/promises';
import { availableParallelism, hostname, networkInterfaces, release, totalmem } from 'node:os';
import type { Arch } from '@ignite/api/v1/arch';
import type { HostAddress, HostCapacity } from '@ignite/api/v1/host';
import { bytes } from '@ignite/toolkit/units/bytes';
import { hostArch } from '../host/arch.ts';

export interface HostFacts {
  readonly capacity: HostCapacity;
  readonly addresses: readonly HostAddress[];
  /** The version of the kernel as `uname -r` prints it. */
  readonly kernel: string;
  readonly arch: Arch;
}

/** Reads what this machine is. */
export async function readHostFacts(dataDir: string): Promise<HostFacts> {
  const disk = await statfs(dataDir);
  return {
    capacity: {
      cpus: availableParallelism(),
      memory: bytes(totalmem()),
      diskSize: bytes(disk.blocks * disk.bsize),
    },
    addresses: [...ownAddresses(), { type: 'Hostname', address: hostname() }],
    kernel: release(),
    arch: hostArch,
  };
}

/** Returns the addresses of the interfaces that lead somewhere, without those of bridges of VMs. */
function ownAddresses(): readonly HostAddress[] {
  return Object.entries(networkInterfaces())
    .filter(([name]) => !isOfVms(name))
    .flatMap(([, found = []]) => found)
    .filter(
      ({ internal, family, address }) => !internal && !(family === 'IPv6' && address.startsWith('fe80:')),
    )
    .map(({ address }) => ({ type: 'InternalIP', address }));
}

/** Tells whether an interface is a bridge or a link that container and VM managers make. */
const isOfVms = (name: string): boolean => /^(ign|cni|docker|br-|veth|virbr)/.test(name);
