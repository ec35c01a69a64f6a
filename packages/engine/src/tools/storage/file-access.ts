import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import { volumeUnusable } from './errors.ts';

/**
 * Grants a system user access to someone else's file, whose owner and mode stay (acl(5)).
 * @throws CodedError VOLUME_UNUSABLE if the file system does not support ACLs
 */
export async function grantAccess(
  { path, user, access }: { readonly path: string; readonly user: number; readonly access: 'r' | 'rw' },
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  try {
    await runner.run({ tool: 'setfacl', args: ['--modify', `user:${user}:${access}`, '--', path] }, signal);
  } catch (failure) {
    if (!(failure instanceof ToolFailedError)) throw failure;
    throw volumeUnusable(
      `the VMM cannot be given access to ${path}`,
      'move the file to a file system with ACLs, such as ext4, xfs or btrfs, or use a named volume',
      failure,
    );
  }
}

const outOfReach = /No such file|Not a directory|Read-only file system/;

/** Revokes the access. It is idempotent, and ignores files that are gone or can no longer be changed. */
export async function revokeAccess(
  path: string,
  user: number,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  try {
    await runner.run({ tool: 'setfacl', args: ['--remove', `user:${user}`, '--', path] }, signal);
  } catch (failure) {
    if (!(failure instanceof ToolFailedError && outOfReach.test(failure.stderr))) throw failure;
  }
}
