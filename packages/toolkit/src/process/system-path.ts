import { delimiter } from 'node:path';

/** The folders in which a system has its programs. */
const systemPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Pure. Returns a $PATH that has all of these: that of a user, or of root after su(1), lacks those of the administrator. */
export function completedPath(path = ''): string {
  const dirs = path.split(delimiter);
  return [...(path === '' ? [] : [path]), ...systemPath.filter((dir) => !dirs.includes(dir))].join(delimiter);
}
