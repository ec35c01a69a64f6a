import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '@ignite/api/v1/arch';
import type { Runner } from '@ignite/toolkit/process/runner';
import { bytes } from '@ignite/toolkit/units/bytes';
import { hostArch, multiarchTuple } from '../host/arch.ts';
import type { Paths } from '../host/paths.ts';
import { fitsInMemory, memoryFacts, openScratch } from '../host/scratch.ts';
import { resolveInside } from '../rootfs/base-disk.ts';
import { openPackageArchive } from './apt.ts';
import { type CpioEntry, file } from './cpio.ts';
import { readElf } from './elf.ts';
import { guestProgramUnusable } from './errors.ts';

/** The packages of the programs in an initrd, and an upper bound of their unpacked size with dependencies. */
const packages = ['busybox-static', 'e2fsprogs', 'bsdutils', 'coreutils'];
const unpackedSize = bytes(64 * 2 ** 20);

/** A tree with busybox and resize2fs for an architecture. */
export interface ProgramTree extends AsyncDisposable {
  readonly root: string;
}

/**
 * Opens this host's own programs or, for guests of another architecture, Debian's. The caller holds the
 * kernel lock.
 */
export async function openProgramTree(
  arch: Arch,
  { paths, runner }: { readonly paths: Paths; readonly runner: Runner },
  signal: AbortSignal,
): Promise<ProgramTree> {
  if (arch === hostArch) return { root: '/', [Symbol.asyncDispose]: async () => {} };
  const scratch = await openScratch(paths, 'programs', fitsInMemory(unpackedSize, await memoryFacts()));
  const root = join(scratch.path, 'root');
  try {
    await openPackageArchive(arch, scratch.path, runner).unpackWhole(packages, root, signal);
  } catch (failure) {
    await scratch[Symbol.asyncDispose]();
    throw failure;
  }
  return { root, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() };
}

/**
 * Returns busybox, and resize2fs, script(1) and date(1) with the dynamic linker and every library, at the
 * paths where they are looked up. Busybox has a date of its own, which sets whole seconds only.
 * @throws CodedError GUEST_PROGRAM_UNUSABLE
 */
export async function guestPrograms(root: string, arch: Arch): Promise<readonly CpioEntry[]> {
  const busybox = await readProgram(root, ['/bin/busybox', '/usr/bin/busybox'], arch);
  if (busybox.interpreter !== undefined)
    throw guestProgramUnusable('busybox', arch, 'is not statically linked');
  const resize2fs = await readProgram(root, ['/sbin/resize2fs', '/usr/sbin/resize2fs'], arch);
  const script = await readProgram(root, ['/usr/bin/script'], arch);
  const date = await readProgram(root, ['/bin/date', '/usr/bin/date'], arch);
  return [
    file('bin/busybox', busybox.content, 0o755),
    file('bin/resize2fs', resize2fs.content, 0o755),
    file('bin/script', script.content, 0o755),
    file('bin/set-date', date.content, 0o755),
    ...(await sharedObjects(root, [resize2fs, script, date], arch)),
  ];
}

/**
 * Returns a program of this host as `target`, with all that it needs.
 * @throws CodedError GUEST_PROGRAM_UNUSABLE
 */
export async function hostProgram(paths: readonly string[], target: string): Promise<readonly CpioEntry[]> {
  const program = await readProgram('/', paths, hostArch);
  return [file(target, program.content, 0o755), ...(await sharedObjects('/', [program], hostArch))];
}

interface Program {
  /** The absolute path in the tree, before links are followed. */
  readonly path: string;
  readonly content: Buffer;
  readonly interpreter?: string;
  readonly needed: readonly string[];
}

/** Returns the dynamic linkers of programs, their libraries and the libraries of those, each once. */
async function sharedObjects(
  root: string,
  programs: readonly Program[],
  arch: Arch,
): Promise<readonly CpioEntry[]> {
  const found = new Map<string, Program>();
  for (const { interpreter } of programs)
    if (interpreter !== undefined)
      found.set(interpreter, await readProgram(root, [interpreter, `/usr${interpreter}`], arch));
  const queue = programs.flatMap(({ needed }) => needed);
  const known = new Set<string>();
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (known.has(name)) continue;
    known.add(name);
    const shared = await readProgram(root, libraryPaths(name, arch), arch);
    found.set(shared.path, shared);
    queue.push(...shared.needed);
  }
  return [...found].map(([path, { content }]) => file(path.slice(1), content, 0o755));
}

/** Returns the paths where ld.so(8) looks by default, the folders of this architecture first. */
const libraryPaths = (name: string, arch: Arch): readonly string[] =>
  ['/lib', '/usr/lib']
    .flatMap((dir) => [`${dir}/${multiarchTuple[arch]}`, `${dir}64`, dir])
    .map((dir) => `${dir}/${name}`);

/** Reads the first of `paths` that is a program or library of the architecture. */
async function readProgram(root: string, paths: readonly string[], arch: Arch): Promise<Program> {
  for (const path of paths) {
    const inside = resolveInside(root, path);
    if (inside === undefined) continue;
    const content = await readFile(join(root, inside));
    const elf = readElf(content);
    if (elf?.arch === arch) return { path, content, ...elf };
  }
  throw guestProgramUnusable(paths[0]!.replace(/^.*\//, ''), arch, 'is missing');
}
