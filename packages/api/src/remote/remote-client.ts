import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import type { Client } from '../client/client.ts';
import type { FileClient } from '../client/file-client.ts';
import type { CallLines } from './call-lines.ts';
import { notRemote } from './not-remote.ts';
import { plainPart } from './plain-part.ts';
import { quietly } from './quietly.ts';
import {
  remoteArchives,
  remoteFiles,
  remoteImages,
  remoteKernels,
  remoteSnapshots,
} from './remote-streams.ts';
import { remoteStored } from './remote-stored.ts';
import { remoteVms } from './remote-vms.ts';
import { type ToldFailure, failureOf } from './told-failure.ts';

export interface RemoteClientOptions {
  readonly lines: CallLines;
  readonly objects: ObjectClient & Disposable;
  /** Copies between files of this host and a VM of the other. */
  readonly copies: Pick<FileClient, 'copyIn' | 'copyOut'>;
}

/** Returns the client of another host, whose ignited makes the calls. The files that it reads and writes are ours. */
export function remoteClient({ lines, objects, copies }: RemoteClientOptions): Client {
  return {
    objects,
    vms: remoteVms(lines),
    files: { ...remoteFiles(lines), ...copies },
    changes: plainPart('changes', lines),
    archives: remoteArchives(lines),
    images: remoteImages(lines),
    kernels: remoteKernels(lines),
    networks: { ...plainPart('networks', lines), broken: async () => await brokenNetworks(lines) },
    volumes: plainPart('volumes', lines),
    snapshots: remoteSnapshots(lines),
    host: { ...plainPart('host', lines), fix: refused, installService: refused, uninstallService: refused },
    hosts: plainPart('hosts', lines),
    usage: plainPart('usage', lines),
    space: plainPart('space', lines),
    life: { ...plainPart('life', lines), restore: refused },
    events: plainPart('events', lines),
    stored: remoteStored(objects),
    mend: async (kind, query) => await mend(kind, query, lines),
    [Symbol.asyncDispose]: async () => {
      lines[Symbol.dispose]();
      objects[Symbol.dispose]();
    },
  };
}

async function refused(): Promise<never> {
  throw notRemote('a change of the host itself');
}

async function brokenNetworks(lines: CallLines): Promise<readonly CodedError[]> {
  const { signal } = new AbortController();
  const told = (await lines.value('networks.broken', [], quietly(signal))) as readonly ToldFailure[];
  return told.map(failureOf).filter((failure) => failure instanceof CodedError);
}

/** Whoever may not mend finds no damaged record either. */
async function mend(kind: string, query: string, lines: CallLines): Promise<void> {
  const { signal } = new AbortController();
  try {
    await lines.value('mend', [kind, query], quietly(signal));
  } catch (failure) {
    if (!hasCode(failure, 'FORBIDDEN')) throw failure;
  }
}
