import { access } from 'node:fs/promises';

/** Whether we may do `mode` with what is at `path`; not where nothing is. */
export async function isAccessible(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}
