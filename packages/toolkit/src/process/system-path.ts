import { delimiter } from 'node:path';

/** The folders in which a system has the programs of everybody, and those of its administrator. */
const everybodys = ['/usr/local/bin', '/usr/bin', '/bin'];
const administrators = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * Pure. Returns a $PATH with the folders of the administrator, which that of a user, or of root after su(1), lacks. Whoever leaves out others does so
 * on purpose.
 */
export function completedPath(path = ''): string {
  const dirs = path === '' ? everybodys : path.split(delimiter);
  return [...dirs, ...administrators.filter((dir) => !dirs.includes(dir))].join(delimiter);
}
