import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { Runner } from '@ignite/toolkit/process/runner';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { findProgram } from '../host/find-program.ts';
import type { SandboxMount } from '../sandbox/sandbox.ts';
import { runShutIn } from '../sandbox/run-shut-in.ts';

export interface OverlayRequest {
  readonly path: string;
  /** Where the VMM will find the base disk, which need not exist here. */
  readonly backingPath: string;
  /** Of what it is made on; a base disk is raw. */
  readonly backingFormat?: 'raw' | 'qcow2';
  readonly size: Bytes;
}

/** Makes a copy-on-write disk on a raw base disk. It is there whole or not at all. */
export async function createOverlay(
  request: OverlayRequest,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const draft = `${request.path}.draft`;
  await rm(draft, { force: true });
  const args = [
    'create',
    '-q',
    '-u',
    '-f',
    'qcow2',
    '-F',
    request.backingFormat ?? 'raw',
    '-b',
    request.backingPath,
    draft,
    String(request.size),
  ];
  await runner.run({ tool: 'qemu-img', args }, signal);
  await chmod(draft, 0o600); // it will hold the guest's secrets
  await rename(draft, request.path);
}

/**
 * Gives a disk another size, of which it must have less. Its base, which need not be there, is not opened: it is no larger
 * than the disk, so nothing of it would show in what is new.
 */
export async function resizeOverlay(
  path: string,
  size: Bytes,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const file = { driver: 'file', filename: shown.disk };
  const image = `json:${JSON.stringify({ driver: 'qcow2', backing: null, file })}`;
  const mounts = [{ source: path, target: shown.disk, writable: true }];
  await onForeign(
    { dir: dirname(path), args: ['resize', '-q', image, String(size)], mounts },
    runner,
    signal,
  );
}

/** Writes all that a VM's disk and its base hold as one disk of its own. */
export async function flatten(
  { path, basePath }: { readonly path: string; readonly basePath: string },
  target: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const args = ['convert', '-f', 'qcow2', '-O', 'qcow2', '-c', shown.disk, shown.target];
  const mounts = [secret(path), { source: basePath, target: shownBase, writable: false }];
  await convertForeign({ dir: dirname(path), args, mounts }, target, runner, signal);
}

const infoSchema = v.looseObject({
  format: v.string(),
  'virtual-size': v.number(),
  'backing-filename': v.optional(v.string()),
  'format-specific': v.optional(
    v.looseObject({
      data: v.optional(
        v.looseObject({
          /** Of qcow2. */
          'data-file': v.optional(v.string()),
          /** Of vmdk. */
          extents: v.optional(v.array(v.looseObject({ filename: v.string() })), []),
        }),
      ),
    }),
  ),
});

export interface DiskInfo {
  readonly format: string;
  /** As a machine sees it. */
  readonly size: number;
  /** Another file that it needs. */
  readonly refersTo?: string;
}

/** What a disk of a stranger is, which is a file of ours. A file of this host that it names is not there for it. */
export async function diskInfo(path: string, runner: Runner, signal: AbortSignal): Promise<DiskInfo> {
  const args = ['info', '--output=json', shown.disk];
  const run = { dir: dirname(path), args, mounts: [secret(path)], seconds: infoSeconds };
  const { stdout } = await onForeign(run, runner, signal);
  const info = v.parse(infoSchema, JSON.parse(stdout));
  const { 'data-file': dataFile, extents = [] } = info['format-specific']?.data ?? {};
  const extent = extents.map(({ filename }) => filename).find((filename) => filename !== shown.disk);
  const refersTo = info['backing-filename'] ?? dataFile ?? extent;
  return { format: info.format, size: info['virtual-size'], ...(refersTo !== undefined && { refersTo }) };
}

/** Writes a disk of any format as a raw one, with holes where nothing is. */
export async function convertToRaw(
  { path, format }: { readonly path: string; readonly format: string },
  target: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const args = ['convert', '-f', format, '-O', 'raw', '-S', '64k', shown.disk, shown.target];
  await convertForeign({ dir: dirname(path), args, mounts: [secret(path)] }, target, runner, signal);
}

/** Writes a raw disk as one that takes no space for its holes. */
export async function convertToQcow2(
  path: string,
  target: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const args = ['convert', '-f', 'raw', '-O', 'qcow2', path, target];
  await runner.run({ tool: 'qemu-img', args }, signal);
}

/** Where a VM's disk names its base, which is where a sandbox shows it. */
export const shownBase = '/vm/base.ext4';

const shown = { disk: '/vm/disk', target: '/vm/target' } as const;
const secret = (path: string): SandboxMount => ({
  source: path,
  target: shown.disk,
  writable: false,
  isSecret: true,
});

/** Its tables in memory are bounded by the format; its threads have buffers of 2 MiB. */
const memoryLimit = bytes(512 * 2 ** 20);
const infoSeconds = 600;
const workSeconds = 12 * 3_600;

interface ForeignRun {
  readonly dir: string;
  readonly args: readonly string[];
  readonly mounts: readonly SandboxMount[];
  readonly seconds?: number;
}

/** What it writes is there whole, or there is nothing. */
async function convertForeign(
  run: ForeignRun,
  target: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  await writeFile(target, '', { mode: 0o600 });
  const mounts = [...run.mounts, { source: target, target: shown.target, writable: true }];
  try {
    await onForeign({ ...run, mounts }, runner, signal);
  } catch (failure) {
    await rm(target, { force: true });
    throw failure;
  }
}

/** qemu-img has had faults that a disk made by a stranger can make use of, so it is shut in where it reads one. */
async function onForeign(
  { args, seconds = workSeconds, ...run }: ForeignRun,
  runner: Runner,
  signal: AbortSignal,
) {
  const program = await findProgram('qemu-img');
  if (program === undefined)
    throw new CodedError('TOOL_MISSING', 'the program "qemu-img" is not installed', {
      hint: 'install the package qemu-utils; "ignite doctor" shows more',
    });
  const limits = { devices: [], memoryLimit, cpuLimit: 2, seconds };
  return await runShutIn({ ...run, ...limits, argv: [program, ...args] }, runner, signal);
}
