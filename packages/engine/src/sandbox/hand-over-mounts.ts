import { chown } from 'node:fs/promises';
import type { SandboxSpec } from './sandbox.ts';

/** Gives the program's user the files that it is to write to, and those that are for its eyes alone. */
export async function handOverMounts({ mounts, user }: Pick<SandboxSpec, 'mounts' | 'user'>): Promise<void> {
  for (const { source, writable, keepsOwner, isSecret } of mounts)
    if (isSecret === true || (writable && keepsOwner !== true)) await chown(source, user, user);
}
