import { access, constants } from 'node:fs/promises';
import { runtimeUnusable } from './errors.ts';

const candidates = ['runc', 'crun'];
const folders = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'];

/** The path of the OCI runtime to use. crun refuses hosts that mix cgroup versions, so it comes second there. */
export async function findOciRuntime(): Promise<string> {
  const hybrid = await isThere('/sys/fs/cgroup/unified', constants.F_OK);
  for (const name of hybrid ? ['runc'] : candidates) {
    for (const folder of folders)
      if (await isThere(`${folder}/${name}`, constants.X_OK)) return `${folder}/${name}`;
  }
  throw runtimeUnusable(
    hybrid ? 'runc is missing, and crun does not run beside cgroup v1' : 'neither runc nor crun is installed',
  );
}

async function isThere(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}
