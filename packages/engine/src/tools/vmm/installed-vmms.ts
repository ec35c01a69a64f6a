import type { InstalledVmm } from '@ignite/api/client/host-client';
import { type VmmName, vmmNames } from '@ignite/api/v1/vm-machine';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import { hostArch } from '../host/arch.ts';
import { firecracker } from './firecracker/firecracker.ts';
import { qemu } from './qemu/qemu.ts';
import type { Vmm } from './vmm.ts';

const vmms: readonly Vmm[] = [firecracker, qemu];

/** Returns the VMMs of this host whose name is in `names`, with the versions that they print. */
export async function installedVmms(
  runner: Runner,
  signal: AbortSignal,
  names: readonly VmmName[] = vmmNames,
): Promise<readonly InstalledVmm[]> {
  const found = await Promise.all(
    vmms
      .filter(({ name }) => names.includes(name))
      .map(async (vmm): Promise<InstalledVmm | undefined> => {
        try {
          const { stdout } = await runner.run({ tool: vmm.program(hostArch), args: ['--version'] }, signal);
          const version = parseVersion(stdout);
          return version === undefined ? undefined : { name: vmm.name, version };
        } catch (failure) {
          if (failure instanceof CodedError || failure instanceof ToolFailedError) return undefined; // not installed
          throw failure;
        }
      }),
  );
  return found.filter((vmm) => vmm !== undefined);
}

/**
 * Pure. Returns the version in what a VMM prints, such as `QEMU emulator version 7.2.22 (Debian…)` or
 * `Firecracker v1.7.0`.
 */
export const parseVersion = (printed: string): string | undefined =>
  /\bv?(\d+\.\d+(?:\.\d+)?[\w.+-]*)/.exec(printed.split('\n')[0] ?? '')?.[1];
