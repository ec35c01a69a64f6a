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
  /** The path where the VMM finds the base disk, which need not exist here. */
  readonly backingPath: string;
  /** The format of the base; a base disk is raw. */
  readonly backingFormat?: 'raw' | 'qcow2';
  readonly size: Bytes;
}

/** Creates a copy-on-write disk on top of a raw base disk. It appears whole or not at all. */
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
  await chmod(draft, 0o600); // it will contain the guest's secrets
  await rename(draft, request.path);
}

/**
 * Grows a disk. Its base is not opened, and need not exist: it is no larger than the disk, so nothing of it
 * can appear in the new space.
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

/** Writes the content of a VM's disk and its base to a single disk. */
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
          /** The external data file of qcow2. */
          'data-file': v.optional(v.string()),
          /** The files of vmdk. */
          extents: v.optional(v.array(v.looseObject({ filename: v.string() })), []),
        }),
      ),
    }),
  ),
});

export interface DiskInfo {
  readonly format: string;
  /** The size that a machine sees. */
  readonly size: number;
  /** Another file that the disk needs. */
  readonly refersTo?: string;
  /** The disk beneath it, if that is the only other file that it needs. */
  readonly base?: string;
}

/**
 * Returns facts about a stranger's disk, which is a file of the current user. Files of this host that the
 * disk names are out of its reach.
 */
export async function diskInfo(path: string, runner: Runner, signal: AbortSignal): Promise<DiskInfo> {
  const args = ['info', '--output=json', shown.disk];
  const run = { dir: dirname(path), args, mounts: [secret(path)], seconds: infoSeconds };
  const { stdout } = await onForeign(run, runner, signal);
  const info = v.parse(infoSchema, JSON.parse(stdout));
  const { 'data-file': dataFile, extents = [] } = info['format-specific']?.data ?? {};
  const extent = extents.map(({ filename }) => filename).find((filename) => filename !== shown.disk);
  const elsewhere = dataFile ?? extent; // a base must not hide that the data is in yet another file
  const base = elsewhere === undefined ? info['backing-filename'] : undefined;
  const refersTo = elsewhere ?? base;
  return {
    format: info.format,
    size: info['virtual-size'],
    ...(refersTo !== undefined && { refersTo }),
    ...(base !== undefined && { base }),
  };
}

/** Converts a disk of any format to a raw one, with holes for empty areas. */
export async function convertToRaw(
  { path, format }: { readonly path: string; readonly format: string },
  target: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const args = ['convert', '-f', format, '-O', 'raw', '-S', '64k', shown.disk, shown.target];
  await convertForeign({ dir: dirname(path), args, mounts: [secret(path)] }, target, runner, signal);
}

/** Converts a raw disk to one that takes no space for its holes. */
export async function convertToQcow2(
  path: string,
  target: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const args = ['convert', '-f', 'raw', '-O', 'qcow2', path, target];
  await runner.run({ tool: 'qemu-img', args }, signal);
}

/** The path of the base in the header of a VM's disk, which is the base's path in a sandbox. */
export const shownBase = '/vm/base.ext4';

const shown = { disk: '/vm/disk', target: '/vm/target' } as const;
const secret = (path: string): SandboxMount => ({
  source: path,
  target: shown.disk,
  writable: false,
  isSecret: true,
});

/**
 * The memory limit of qemu-img. The formats bound its tables in memory, and each of its threads has a buffer
 * of 2 MiB.
 */
const memoryLimit = bytes(512 * 2 ** 20);
const infoSeconds = 600;
const workSeconds = 12 * 3_600;

interface ForeignRun {
  readonly dir: string;
  readonly args: readonly string[];
  readonly mounts: readonly SandboxMount[];
  readonly seconds?: number;
}

/** Converts a stranger's disk. The output appears whole or not at all. */
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

/**
 * Runs qemu-img on a stranger's disk in a sandbox, because it has had vulnerabilities that such a disk can
 * exploit.
 */
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
