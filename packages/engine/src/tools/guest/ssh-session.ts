import { existsSync } from 'node:fs';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';

/**
 * The longest path of a session: unix(7) allows 108 bytes including the final zero, and ssh(1) first binds a
 * name that is 17 bytes longer.
 */
const longestPath = 107 - 17;

/** Returns the path if commands can share a connection there. */
export const sessionPath = (path: string): string | undefined =>
  Buffer.byteLength(path) <= longestPath ? path : undefined;

export const isSessionOpen = (path: string): boolean => existsSync(path);

/** Closes the connection that commands share, if there is one. */
export async function endSession(path: string, runner: Runner, signal: AbortSignal): Promise<void> {
  if (!existsSync(path)) return;
  try {
    await runner.run({ tool: 'ssh', args: ['-F', 'none', '-S', path, '-O', 'exit', 'vm'] }, signal);
  } catch (failure) {
    if (!(failure instanceof ToolFailedError)) throw failure; // it has ended by itself
  }
}
