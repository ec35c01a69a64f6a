import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type CpioEntry, cpioArchive, directory, file, withParents } from './cpio.ts';

export interface InitrdSource {
  readonly modulesDir: string;
  readonly moduleOrder: readonly string[];
  readonly programs: readonly CpioEntry[];
}

/**
 * Builds the initramfs of a kernel: busybox, resize2fs with its libraries, and the modules that boot needs.
 * Ignite's scripts are appended later.
 */
export async function buildInitrd(source: InitrdSource): Promise<Buffer> {
  const modules = source.moduleOrder.map(async (path) =>
    file(`modules/${basename(path)}`, await readFile(join(source.modulesDir, path))),
  );
  const order = source.moduleOrder.map((path) => `${basename(path)}\n`).join('');
  const entries: CpioEntry[] = [
    ...['proc', 'sys', 'dev', 'etc', 'run', 'newroot', 'seed', 'bin'].map((path) => directory(path)),
    ...source.programs,
    ...(await Promise.all(modules)),
    file('modules.order', order),
  ];
  return cpioArchive(withParents(entries));
}
