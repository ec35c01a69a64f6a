import { access } from 'node:fs/promises';

/** Tells whether this process may access a path with `mode`. A missing path is not accessible. */
export async function isAccessible(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}
