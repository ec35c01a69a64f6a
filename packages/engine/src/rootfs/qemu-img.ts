import { rename, rm } from 'node:fs/promises';
import type { Runner } from '@ignite/toolkit/process/runner';
import type { Bytes } from '@ignite/toolkit/units/bytes';

export interface OverlayRequest {
  readonly path: string;
  /** Where the VMM will find the base disk, which need not exist here. */
  readonly backingPath: string;
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
    'raw',
    '-b',
    request.backingPath,
    draft,
    String(request.size),
  ];
  await runner.run({ tool: 'qemu-img', args }, signal);
  await rename(draft, request.path);
}
