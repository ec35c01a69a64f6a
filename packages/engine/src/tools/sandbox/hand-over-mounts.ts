import { chown } from 'node:fs/promises';
import type { SandboxSpec } from './sandbox.ts';

/** Gives the program's user the files that it may write to, and those that nobody else may read. */
export async function handOverMounts({ mounts, user }: Pick<SandboxSpec, 'mounts' | 'user'>): Promise<void> {
  for (const { source, writable, keepsOwner, isSecret } of mounts)
    if (isSecret === true || (writable && keepsOwner !== true)) await chown(source, user, user);
}
