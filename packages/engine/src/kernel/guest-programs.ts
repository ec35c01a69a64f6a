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

/** The packages that bring what an initrd runs, and what they are with all that they need, generously. */
const packages = ['busybox-static', 'e2fsprogs'];
const unpackedSize = bytes(64 * 2 ** 20);

/** A tree with busybox and resize2fs for an architecture. */
export interface ProgramTree extends AsyncDisposable {
  readonly root: string;
}

/** This host's own programs, or for guests of another architecture Debian's. The caller holds the kernel lock. */
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
 * busybox, and resize2fs with the dynamic linker and every library, at the paths where they are looked for.
 * @throws CodedError GUEST_PROGRAM_UNUSABLE
 */
export async function guestPrograms(root: string, arch: Arch): Promise<readonly CpioEntry[]> {
  const busybox = await readProgram(root, ['/bin/busybox', '/usr/bin/busybox'], arch);
  if (busybox.interpreter !== undefined)
    throw guestProgramUnusable('busybox', arch, 'is not statically linked');
  const resize2fs = await readProgram(root, ['/sbin/resize2fs', '/usr/sbin/resize2fs'], arch);
  return [
    file('bin/busybox', busybox.content, 0o755),
    file('bin/resize2fs', resize2fs.content, 0o755),
    ...(await sharedObjects(root, resize2fs, arch)),
  ];
}

/**
 * One of this host's own programs, as `target`, with all that it needs.
 * @throws CodedError GUEST_PROGRAM_UNUSABLE
 */
export async function hostProgram(paths: readonly string[], target: string): Promise<readonly CpioEntry[]> {
  const program = await readProgram('/', paths, hostArch);
  return [file(target, program.content, 0o755), ...(await sharedObjects('/', program, hostArch))];
}

interface Program {
  /** As an absolute path in the tree, before links are followed. */
  readonly path: string;
  readonly content: Buffer;
  readonly interpreter?: string;
  readonly needed: readonly string[];
}

/** The dynamic linker of a program, its libraries and theirs, each once. */
async function sharedObjects(root: string, program: Program, arch: Arch): Promise<readonly CpioEntry[]> {
  const { interpreter } = program;
  const found = new Map<string, Program>();
  if (interpreter !== undefined) {
    const linker = await readProgram(root, [interpreter, `/usr${interpreter}`], arch);
    found.set(interpreter, linker);
  }
  const queue = [...program.needed];
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

/** Where ld.so(8) looks without being told, of this architecture's own folders first. */
const libraryPaths = (name: string, arch: Arch): readonly string[] =>
  ['/lib', '/usr/lib']
    .flatMap((dir) => [`${dir}/${multiarchTuple[arch]}`, `${dir}64`, dir])
    .map((dir) => `${dir}/${name}`);

/** The first of `paths` that is a program or library of the architecture. */
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
