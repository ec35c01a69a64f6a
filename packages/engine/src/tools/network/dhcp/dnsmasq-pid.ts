import { readFile } from 'node:fs/promises';

/**
 * Returns the pid of the dnsmasq that writes `pidFile`, or `undefined` if it does not run. The file may be
 * older than the last reboot.
 */
export async function dnsmasqPid(pidFile: string): Promise<number | undefined> {
  try {
    const pid = Number((await readFile(pidFile, 'utf8')).trim());
    const argv = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    return argv.includes(`--pid-file=${pidFile}`) ? pid : undefined;
  } catch (failure) {
    if (['ENOENT', 'ESRCH'].includes((failure as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw failure;
  }
}
