import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { Arch } from '@ignite/api/v1/arch';
import { hostArch } from '../host/arch.ts';

export type Accel =
  | { readonly kind: 'kvm' }
  /** `tscKhz`: the rate of the time stamp counter that amd64 guests see, which on an amd64 host is the host's. */
  | { readonly kind: 'tcg'; readonly tscKhz?: number };

/** KVM where it truly works: the device opens and the CPU can virtualize. On some clouds only the former is so. */
export async function probeAccel(): Promise<Accel> {
  const cpuinfo = await readFile('/proc/cpuinfo', 'utf8');
  if ((await opensKvm()) && canVirtualize(hostArch, cpuinfo)) return { kind: 'kvm' };
  const tscKhz = parseTscKhz(cpuinfo);
  return { kind: 'tcg', ...(tscKhz !== undefined && { tscKhz }) };
}

async function opensKvm(): Promise<boolean> {
  try {
    await using device = await open('/dev/kvm', constants.O_RDWR);
    return (await device.stat()).isCharacterDevice();
  } catch {
    return false;
  }
}

/** Pure. Of arm64 CPUs /proc/cpuinfo does not tell; there the device exists only where they can. */
export const canVirtualize = (arch: Arch, cpuinfo: string): boolean =>
  arch === 'arm64' || /^flags.*\b(vmx|svm)\b/m.test(cpuinfo);

/** On an arm64 host QEMU counts nanoseconds for an amd64 guest (its include/qemu/timer.h, cpu_get_host_ticks). */
const nanosecondTscKhz = 1_000_000;

/** Pure. How guests of an architecture run on a host, given how its own guests do. */
export function accelFor(guest: Arch, host: { readonly arch: Arch; readonly accel: Accel }): Accel {
  if (guest === host.arch) return host.accel;
  return { kind: 'tcg', ...(guest === 'amd64' && { tscKhz: nanosecondTscKhz }) };
}

/**
 * Pure. Out of /proc/cpuinfo, which shows the rate of the time stamp counter as "cpu MHz" where the host is itself a
 * virtual machine; elsewhere that is the present clock of a core, which says nothing.
 */
export function parseTscKhz(cpuinfo: string): number | undefined {
  if (!/^flags.*\bhypervisor\b/m.test(cpuinfo)) return undefined;
  const mhz = Number(/^cpu MHz\s*: ([\d.]+)$/m.exec(cpuinfo)?.[1]);
  return mhz > 0 ? Math.round(mhz * 1_000) : undefined;
}
