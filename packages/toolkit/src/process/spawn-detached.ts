import { spawn } from 'node:child_process';

/** Starts a program that outlives this one, with no input and no output. A program that is missing is not told. */
export function spawnDetached([tool = '', ...args]: readonly string[], cwd: string): void {
  const child = spawn(tool, args, { cwd, detached: true, stdio: 'ignore' });
  child.once('error', () => {});
  child.unref();
}
