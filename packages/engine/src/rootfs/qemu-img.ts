import { chmod, rename, rm } from 'node:fs/promises';
import type { Runner } from '@ignite/toolkit/process/runner';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';

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
  const file = { driver: 'file', filename: path };
  const image = `json:${JSON.stringify({ driver: 'qcow2', backing: null, file })}`;
  await runner.run({ tool: 'qemu-img', args: ['resize', '-q', image, String(size)] }, signal);
}

/** Tells a disk where its base is, which has the content that the old one had. */
export async function rebase(
  path: string,
  backingPath: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const args = ['rebase', '-u', '-f', 'qcow2', '-F', 'raw', '-b', backingPath, path];
  await runner.run({ tool: 'qemu-img', args }, signal);
}

/** Writes all that a disk and its bases hold as one disk of its own. */
export async function flatten(
  path: string,
  target: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  await runner.run(
    { tool: 'qemu-img', args: ['convert', '-f', 'qcow2', '-O', 'qcow2', '-c', path, target] },
    signal,
  );
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

/** What a disk of a stranger is. Nothing of a file that it names is shown. */
export async function diskInfo(path: string, runner: Runner, signal: AbortSignal): Promise<DiskInfo> {
  const { stdout } = await runner.run({ tool: 'qemu-img', args: ['info', '--output=json', path] }, signal);
  const info = v.parse(infoSchema, JSON.parse(stdout));
  const { 'data-file': dataFile, extents = [] } = info['format-specific']?.data ?? {};
  const extent = extents.map(({ filename }) => filename).find((filename) => filename !== path);
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
  const args = ['convert', '-f', format, '-O', 'raw', '-S', '64k', path, target];
  await runner.run({ tool: 'qemu-img', args }, signal);
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
