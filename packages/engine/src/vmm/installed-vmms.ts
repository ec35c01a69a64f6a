import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import { hostArch } from '../host/arch.ts';
import { qemuPrograms } from './qemu/argv.ts';
import type { Vmm } from './vmm.ts';

export interface InstalledVmm {
  readonly name: Vmm['name'];
  /** Such as `7.2.22`. */
  readonly version: string;
}

const programs: readonly (readonly [Vmm['name'], string])[] = [
  ['firecracker', 'firecracker'],
  ['qemu', qemuPrograms[hostArch]],
];

/** The VMMs of this host, by asking each for its version. */
export async function installedVmms(runner: Runner, signal: AbortSignal): Promise<readonly InstalledVmm[]> {
  const found = await Promise.all(
    programs.map(async ([name, tool]): Promise<InstalledVmm | undefined> => {
      try {
        const { stdout } = await runner.run({ tool, args: ['--version'] }, signal);
        const version = parseVersion(stdout);
        return version === undefined ? undefined : { name, version };
      } catch (failure) {
        if (failure instanceof CodedError || failure instanceof ToolFailedError) return undefined; // not installed
        throw failure;
      }
    }),
  );
  return found.filter((vmm) => vmm !== undefined);
}

/** Pure. Of what a VMM prints: `QEMU emulator version 7.2.22 (Debian…)`, `Firecracker v1.7.0`. */
export const parseVersion = (printed: string): string | undefined =>
  /\bv?(\d+\.\d+(?:\.\d+)?[\w.+-]*)/.exec(printed.split('\n')[0] ?? '')?.[1];
