import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { Arch } from '@ignite/api/v1/arch';
import { hostArch } from '../host/arch.ts';

export type Accel =
  | { readonly kind: 'kvm' }
  /**
   * `tscKhz` is the rate, in kHz, of the time stamp counter that an amd64 guest sees. On an amd64 host, it is
   * the rate of the host's own counter. `lack` is the reason why KVM does not work.
   */
  | { readonly kind: 'tcg'; readonly tscKhz?: number; readonly lack?: string };

/** The reason why KVM does not work, in the words of `ignite doctor`. */
export type KvmLack = '/dev/kvm does not open' | '/dev/kvm opens, but the CPU offers neither vmx nor svm';

/** Returns KVM if it works on this host, and emulation (TCG) otherwise. */
export async function probeAccel(): Promise<Accel> {
  const lack = await kvmLack();
  if (lack === undefined) return { kind: 'kvm' };
  const tscKhz = parseTscKhz(await readFile('/proc/cpuinfo', 'utf8'));
  return { kind: 'tcg', ...(tscKhz !== undefined && { tscKhz }), lack };
}

/**
 * Returns why KVM does not work on this host, or undefined if it works. KVM needs a device that opens and a
 * CPU that can virtualize; some clouds offer only the device.
 */
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

/**
 * Pure. Tells whether the CPUs of a host can virtualize. /proc/cpuinfo does not show this for arm64 CPUs, but
 * KVM's device exists there only if they can.
 */
export const canVirtualize = (arch: Arch, cpuinfo: string): boolean =>
  arch === 'arm64' || /^flags.*\b(vmx|svm)\b/m.test(cpuinfo);

/**
 * The rate, in kHz, of the time stamp counter of an amd64 guest on an arm64 host: QEMU counts nanoseconds
 * there (its include/qemu/timer.h, cpu_get_host_ticks).
 */
const nanosecondTscKhz = 1_000_000;

/**
 * Pure. Returns how guests of an architecture run on a host. `host.accel` is how guests of the host's own
 * architecture run.
 */
export function accelFor(guest: Arch, host: { readonly arch: Arch; readonly accel: Accel }): Accel {
  if (guest === host.arch) return host.accel;
  return { kind: 'tcg', ...(guest === 'amd64' && { tscKhz: nanosecondTscKhz }) };
}

/**
 * Pure. Returns the rate of the time stamp counter, in kHz, from the text of /proc/cpuinfo. The text shows
 * the rate as "cpu MHz" only if the host is itself a virtual machine. Otherwise, "cpu MHz" is the present
 * clock of a core, and the result is undefined.
 */
export function parseTscKhz(cpuinfo: string): number | undefined {
  if (!/^flags.*\bhypervisor\b/m.test(cpuinfo)) return undefined;
  const mhz = Number(/^cpu MHz\s*: ([\d.]+)$/m.exec(cpuinfo)?.[1]);
  return mhz > 0 ? Math.round(mhz * 1_000) : undefined;
}
