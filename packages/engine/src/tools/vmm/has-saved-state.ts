import { existsSync } from 'node:fs';

/**
 * Tells whether there is a saved state in a folder. It appears there as a whole, and goes as a whole before the
 * machine runs again. So while it is there, the disks are as they were when it was saved.
 */
export const hasSavedState = (dir: string): boolean => existsSync(dir);
