import { readdir, readFile } from 'node:fs/promises';

/** Returns the pids of this host's processes whose command line matches. Zombies have no command line. */
export async function findProcesses(fits: (argv: readonly string[]) => boolean): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map(async (pid) => ({ pid: Number(pid), argv: await commandLine(pid) })),
  );
  return lines.filter(({ argv }) => fits(argv)).map(({ pid }) => pid);
}

/**
 * Reads the command line of a process (proc(5) `cmdline`, where a zero byte ends each argument). It is empty
 * if the process has just ended.
 */
async function commandLine(pid: string): Promise<readonly string[]> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, -1);
  } catch (failure) {
    if (['ENOENT', 'ESRCH'].includes((failure as NodeJS.ErrnoException).code ?? '')) return [];
    throw failure;
  }
}
