import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';

export type Accel = 'kvm' | 'tcg';

/** KVM where it truly works: the device opens and the CPU can virtualize. On some clouds only the former is so. */
export async function probeAccel(): Promise<Accel> {
  try {
    await using device = await open('/dev/kvm', constants.O_RDWR);
    await device.stat();
  } catch {
    return 'tcg';
  }
  if (process.arch === 'arm64') return 'kvm';
  return /^flags.*\b(vmx|svm)\b/m.test(await readFile('/proc/cpuinfo', 'utf8')) ? 'kvm' : 'tcg';
}
