import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Runner } from '@ignite/toolkit/process/runner';
import { NbdClient } from './nbd-client.ts';

export interface ServedDisk {
  /** The path of a qcow2 disk that no VMM has open. */
  readonly path: string;
  /** The raw base disk, whatever the header of the disk says. */
  readonly basePath: string;
  /** The path of the socket to create, which nobody else uses. */
  readonly socket: string;
}

const pollMs = 5;

/** Writes to a copy-on-write disk through QEMU's own driver. The written data is durable when it resolves. */
export async function writeToDisk(
  { path, basePath, socket }: ServedDisk,
  runner: Runner,
  signal: AbortSignal,
  work: (disk: NbdClient) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(socket), { recursive: true, mode: 0o711 });
  await rm(socket, { force: true });
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  const image = [
    `driver=qcow2,file.driver=file,file.filename=${escape(path)}`,
    `backing.driver=raw,backing.file.driver=file,backing.file.filename=${escape(basePath)}`,
  ].join(',');
  // The server ends when its client disconnects.
  const args = ['--image-opts', '--detect-zeroes=on', '--cache=writeback', `--socket=${socket}`, image];
  const serving = runner
    .run({ tool: 'qemu-nbd', args }, ending)
    .finally(() => stop.abort(new Error('qemu-nbd has ended')));
  try {
    // A server that ends before the work does is a failure, even if its exit status is 0.
    await Promise.all([serving, use(socket, ending, work)]);
  } catch (failure) {
    stop.abort();
    await serving.catch((cause: unknown) => {
      signal.throwIfAborted();
      throw cause === stop.signal.reason ? failure : cause; // the reason why the server ended says more
    });
    throw failure;
  } finally {
    await rm(socket, { force: true });
  }
}

async function use(
  socket: string,
  signal: AbortSignal,
  work: (disk: NbdClient) => Promise<void>,
): Promise<void> {
  await using disk = await connected(socket, signal);
  await work(disk);
  await disk.flush();
}

/** Connects once the server listens. */
async function connected(socket: string, signal: AbortSignal): Promise<NbdClient> {
  for (;;) {
    try {
      return await NbdClient.connect(socket, signal);
    } catch (failure) {
      signal.throwIfAborted();
      const { code } = failure as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ECONNREFUSED') throw failure;
      await delay(pollMs);
    }
  }
}

/** Commas separate the values of a QEMU option; a literal comma is doubled. */
const escape = (value: string): string => value.replaceAll(',', ',,');
