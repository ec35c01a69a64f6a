import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { Arch } from '@ignite/api/v1/arch';
import { hostArch } from '../host/arch.ts';

export type Accel =
  | { readonly kind: 'kvm' }
  /**
   * `tscKhz`: the rate of the time stamp counter that amd64 guests see, which on an amd64 host is the host's. `lack`: why
   * there is no KVM.
   */
  | { readonly kind: 'tcg'; readonly tscKhz?: number; readonly lack?: string };

/** Why KVM does not work, in the words of `ignite doctor`. */
export type KvmLack = '/dev/kvm does not open' | '/dev/kvm opens, but the CPU offers neither vmx nor svm';

/** KVM where it truly works. */
export async function probeAccel(): Promise<Accel> {
  const lack = await kvmLack();
  if (lack === undefined) return { kind: 'kvm' };
  const tscKhz = parseTscKhz(await readFile('/proc/cpuinfo', 'utf8'));
  return { kind: 'tcg', ...(tscKhz !== undefined && { tscKhz }), lack };
}

/** What KVM lacks here: the device must open and the CPU virtualize. On some clouds only the former is so. */
export async function kvmLack(): Promise<KvmLack | undefined> {
  if (!(await opensKvm())) return '/dev/kvm does not open';
  return canVirtualize(hostArch, await readFile('/proc/cpuinfo', 'utf8'))
    ? undefined
    : '/dev/kvm opens, but the CPU offers neither vmx nor svm';
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
