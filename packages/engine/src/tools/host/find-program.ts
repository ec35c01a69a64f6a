import { constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { completedPath } from '@ignite/toolkit/process/system-path';
import { isAccessible } from './is-accessible.ts';

/**
 * Finds a program in $PATH or in the system's own folders, which the PATH of an unprivileged user may lack.
 */
export async function findProgram(program: string): Promise<string | undefined> {
  if (isAbsolute(program)) return (await isAccessible(program, constants.X_OK)) ? program : undefined;
  // An empty or relative entry means the current folder, which may be anybody's.
  const dirs = completedPath(process.env['PATH'])
    .split(delimiter)
    .filter((dir) => isAbsolute(dir));
  for (const dir of dirs) {
    const path = join(dir, program);
    if (await isAccessible(path, constants.X_OK)) return path;
  }
  return undefined;
}
