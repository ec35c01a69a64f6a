import { constants } from 'node:fs';
import { isAccessible } from '../host/is-accessible.ts';
import { runtimeUnusable } from './errors.ts';

const candidates = ['runc', 'crun'];
const folders = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'];

/**
 * Returns the path of the OCI runtime to use. On hosts that mix cgroup versions runc is preferred, because
 * crun refuses them.
 */
export async function findOciRuntime(): Promise<string> {
  const hybrid = await isAccessible('/sys/fs/cgroup/unified', constants.F_OK);
  for (const name of hybrid ? ['runc'] : candidates) {
    for (const folder of folders)
      if (await isAccessible(`${folder}/${name}`, constants.X_OK)) return `${folder}/${name}`;
  }
  throw runtimeUnusable(
    hybrid ? 'runc is missing, and crun does not work with cgroup v1' : 'neither runc nor crun is installed',
  );
}
