import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import { volumeUnusable } from './errors.ts';

/**
 * Lets a user of no person's at a file of someone else's, whose owner and mode stay as they are (acl(5)).
 * @throws CodedError VOLUME_UNUSABLE where the file system knows no ACLs
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

/** Idempotent, and does not mind a file that is gone, or that nobody may change any more. */
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
