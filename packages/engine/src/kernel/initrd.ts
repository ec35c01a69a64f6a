import { readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Runner } from '@ignite/toolkit/process/runner';
import { type CpioEntry, cpioArchive, directory, file, withParents } from './cpio.ts';

const guestScripts = ['init', 'agent', 'supervise', 'run-entrypoint'];

/** The initramfs of one kernel: busybox, resize2fs with its libraries, the modules that boot needs, and our scripts. */
export async function buildInitrd(
  source: { readonly guestDir: string; readonly modulesDir: string; readonly moduleOrder: readonly string[] },
  runner: Runner,
  signal: AbortSignal,
): Promise<Buffer> {
  const scripts = guestScripts.map(async (name) =>
    file(name, await readFile(join(source.guestDir, name)), 0o755),
  );
  const modules = source.moduleOrder.map(async (path) =>
    file(`modules/${basename(path)}`, await readFile(join(source.modulesDir, path))),
  );
  const programs = [
    program('/bin/busybox', 'bin/busybox'),
    ...(await dynamicProgram('/sbin/resize2fs', 'bin/resize2fs', runner, signal)),
  ];
  const order = source.moduleOrder.map((path) => `${basename(path)}\n`).join('');
  const entries: CpioEntry[] = [
    ...['proc', 'sys', 'dev', 'etc', 'run', 'newroot', 'seed', 'bin'].map((path) => directory(path)),
    ...(await Promise.all([...scripts, ...programs, ...modules])),
    file('modules.order', order),
  ];
  return cpioArchive(withParents(entries));
}

async function program(path: string, target: string): Promise<CpioEntry> {
  return file(target, await readFile(await realpath(path)), 0o755);
}

/** The program with every library that ldd(1) names, at the paths that the program looks for them. */
async function dynamicProgram(
  path: string,
  target: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<Promise<CpioEntry>[]> {
  const { stdout } = await runner.run({ tool: 'ldd', args: [path] }, signal);
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1]!);
  return [program(path, target), ...libraries.map((library) => program(library, library.slice(1)))];
}
