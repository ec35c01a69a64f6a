import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type CpioEntry, cpioArchive, directory, file, withParents } from './cpio.ts';

const guestScripts = ['init', 'agent', 'supervise', 'run-entrypoint', 'changes'];

export interface InitrdSource {
  readonly guestDir: string;
  readonly modulesDir: string;
  readonly moduleOrder: readonly string[];
  readonly programs: readonly CpioEntry[];
}

/** The initramfs of one kernel: busybox, resize2fs with its libraries, the modules that boot needs, and our scripts. */
export async function buildInitrd(source: InitrdSource): Promise<Buffer> {
  const scripts = guestScripts.map(async (name) =>
    file(name, await readFile(join(source.guestDir, name)), 0o755),
  );
  const modules = source.moduleOrder.map(async (path) =>
    file(`modules/${basename(path)}`, await readFile(join(source.modulesDir, path))),
  );
  const order = source.moduleOrder.map((path) => `${basename(path)}\n`).join('');
  const entries: CpioEntry[] = [
    ...['proc', 'sys', 'dev', 'etc', 'run', 'newroot', 'seed', 'bin'].map((path) => directory(path)),
    ...(await Promise.all(scripts)),
    ...source.programs,
    ...(await Promise.all(modules)),
    file('modules.order', order),
  ];
  return cpioArchive(withParents(entries));
}
