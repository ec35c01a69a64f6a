import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ArchiveClient } from '../client/archive-client.ts';
import type { CopyRequest, FileClient } from '../client/file-client.ts';
import type { ImageClient } from '../client/image-client.ts';
import type { KernelClient } from '../client/kernel-client.ts';
import type { ClientOperation } from '../client/progress.ts';
import type { SnapshotClient } from '../client/snapshot-client.ts';
import type { Image } from '../v1/image.ts';
import type { Snapshot } from '../v1/snapshot.ts';
import type { Vm } from '../v1/vm.ts';
import type { CallLines } from './call-lines.ts';
import type { StreamedArgs, StreamedName } from './calls.ts';
import { notRemote } from './not-remote.ts';
import { plainPart } from './plain-part.ts';
import { noCredentials } from './remote-vms.ts';

/** Makes calls that read a file of this host, or write one. */
class FileCalls {
  readonly #lines: CallLines;

  constructor(lines: CallLines) {
    this.#lines = lines;
  }

  async send<Name extends StreamedName>(
    name: Name,
    args: StreamedArgs<Name>,
    input: Readable,
    op: ClientOperation,
  ): Promise<unknown> {
    using call = await this.#lines.open(name, args, op);
    for (const stream of [call.output, call.errors]) stream.resume();
    // Why a server has read no further, it says itself. Why a file cannot be read, only the file does.
    const failed = new Promise<never>((_resolve, reject) => input.once('error', reject));
    pipeline(input, call.input).catch(() => {});
    return await Promise.race([call.result, failed]);
  }

  async receive<Name extends StreamedName>(
    name: Name,
    args: StreamedArgs<Name>,
    output: Writable,
    op: ClientOperation,
  ): Promise<void> {
    using call = await this.#lines.open(name, args, op);
    call.errors.resume();
    await pipeline(call.output, output, { end: false });
    await call.result;
  }
}

export function remoteFiles(lines: CallLines): Pick<FileClient, 'unpackIn' | 'packOut'> {
  const calls = new FileCalls(lines);
  return {
    unpackIn: async (archive, request, op) =>
      void (await calls.send('files.unpackIn', copyArgs(request), archive, op)),
    packOut: async (archive, request, op) =>
      await calls.receive('files.packOut', copyArgs(request), archive, op),
  };
}

function copyArgs({ vm, identity, ...request }: CopyRequest): StreamedArgs<'files.packOut'> {
  if (identity !== undefined)
    throw notRemote('a private key of this host', 'use the key that was made for the VM');
  return [vm, request];
}

export function remoteArchives(lines: CallLines): ArchiveClient {
  const calls = new FileCalls(lines);
  return {
    export: async (query, output, op) => await calls.receive('archives.export', [query], output, op),
    import: async (archive, request, op) =>
      (await calls.send('archives.import', [request], archive, op)) as Vm,
  };
}

export function remoteImages(lines: CallLines): ImageClient {
  const calls = new FileCalls(lines);
  const plain = plainPart('images', lines);
  return {
    ...plain,
    import: async (source, request, op) => {
      if (request.registryConfigDir !== undefined) throw noCredentials();
      return await plain.import(source, request, op);
    },
    push: async (query, request, op) => {
      if (request.registryConfigDir !== undefined) throw noCredentials();
      return await plain.push(query, request, op);
    },
    save: async (queries, { format, output }, op) =>
      await calls.receive('images.save', [[...queries], format], output, op),
    load: async (archive, request, op) =>
      (await calls.send('images.load', [request], archive, op)) as readonly Image[],
  };
}

export function remoteSnapshots(lines: CallLines): SnapshotClient {
  const calls = new FileCalls(lines);
  const plain = plainPart('snapshots', lines);
  return {
    ...plain,
    push: async (query, destination, request, op) => {
      if (request.registryConfigDir !== undefined) throw noCredentials();
      return await plain.push(query, destination, request, op);
    },
    pull: async (reference, request, op) => {
      if (request.registryConfigDir !== undefined) throw noCredentials();
      return await plain.pull(reference, request, op);
    },
    export: async (query, request, output, op) =>
      await calls.receive('snapshots.export', [query, request], output, op),
    import: async (archive, request, op) =>
      (await calls.send('snapshots.import', [request], archive, op)) as Snapshot,
  };
}

export function remoteKernels(lines: CallLines): KernelClient {
  const plain = plainPart('kernels', lines);
  return {
    ...plain,
    import: async (source, request, op) => {
      if (request.registryConfigDir !== undefined) throw noCredentials();
      return await plain.import(source, request, op);
    },
  };
}
