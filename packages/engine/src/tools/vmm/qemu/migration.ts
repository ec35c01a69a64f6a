import { once } from 'node:events';
import { lchown, rm } from 'node:fs/promises';
import { type Socket, connect, createServer } from 'node:net';
import { basename } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import type { LoadOptions, SaveOptions, VmmSockets } from '../vmm.ts';
import { qmpCommand } from './qmp.ts';

const pollMs = 20;
/** More bytes a second than any socket passes on: a machine that is paused has no reason to be saved slowly. */
const maxBandwidth = 2 ** 40;

/**
 * A migration of QEMU whose other end is this process rather than another QEMU (its docs/devel/migration). The
 * sandbox shows the folder of the sockets at /vm/run.
 */
const uriOf = ({ state }: VmmSockets): string => `unix:/vm/run/${basename(state)}`;

/** As `Vmm.saveState`. The user of QEMU may connect to the socket. */
export async function saveState(
  sockets: VmmSockets,
  target: Writable,
  { owner, hasMemoryFile }: SaveOptions,
  signal: AbortSignal,
): Promise<void> {
  await leaveLastSave(sockets, signal);
  await leaveMemoryOut(hasMemoryFile, sockets, signal);
  await using listener = await listen(sockets.state, owner);
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  const migrate = async (): Promise<void> => {
    const parameters = { 'max-bandwidth': maxBandwidth };
    await qmpCommand(sockets.control, { execute: 'migrate-set-parameters', arguments: parameters }, ending);
    await qmpCommand(sockets.control, { execute: 'migrate', arguments: { uri: uriOf(sockets) } }, ending);
    await untilMigrated(sockets, ending);
  };
  const receive = async (): Promise<void> => {
    await pipeline(await listener.accepted(ending), target, { signal: ending });
  };
  try {
    await Promise.all([receive(), migrate()]);
  } catch (failure) {
    stop.abort();
    target.destroy();
    throw failure;
  }
}

/** Leaves memory that is in a file which others can map out of the stream, or not. Whoever loads the stream must say the same. */
async function leaveMemoryOut(state: boolean, { control }: VmmSockets, signal: AbortSignal): Promise<void> {
  const capabilities = [{ capability: 'x-ignore-shared', state }] as const;
  await qmpCommand(control, { execute: 'migrate-set-capabilities', arguments: { capabilities } }, signal);
}

const statusSchema = v.looseObject({ status: v.string() });

/**
 * Lets a machine run for a moment that was saved before without anybody having used that state: QEMU saves it once only,
 * because its disks are released then.
 */
async function leaveLastSave({ control }: VmmSockets, signal: AbortSignal): Promise<void> {
  const answer = await qmpCommand(control, { execute: 'query-status' }, signal);
  if (v.parse(statusSchema, answer).status !== 'postmigrate') return;
  await qmpCommand(control, { execute: 'cont' }, signal);
  await qmpCommand(control, { execute: 'stop' }, signal);
}

interface Listener extends AsyncDisposable {
  /** Returns the first connection. */
  accepted(signal: AbortSignal): Promise<Socket>;
}

async function listen(path: string, owner: number): Promise<Listener> {
  await rm(path, { force: true });
  const server = createServer();
  const first = new Promise<Socket>((resolve) => server.once('connection', resolve));
  server.listen(path);
  await once(server, 'listening');
  // The folder belongs to QEMU's user, who may have put a link there.
  await lchown(path, owner, owner);
  return {
    accepted: async (signal) => {
      const aborted = new Promise<never>((_, reject) => {
        const abort = (): void => reject(signal.reason as Error);
        if (signal.aborted) abort();
        else signal.addEventListener('abort', abort, { once: true });
      });
      return await Promise.race([first, aborted]);
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      await rm(path, { force: true });
    },
  };
}

/** As `Vmm.loadState`. */
export async function loadState(
  sockets: VmmSockets,
  source: Readable,
  { hasMemoryFile }: LoadOptions,
  signal: AbortSignal,
): Promise<void> {
  await leaveMemoryOut(hasMemoryFile, sockets, signal);
  const uri = uriOf(sockets);
  await qmpCommand(sockets.control, { execute: 'migrate-incoming', arguments: { uri } }, signal);
  const socket = connect(sockets.state);
  await once(socket, 'connect', { signal });
  try {
    await pipeline(source, socket, { signal });
  } catch (failure) {
    await untilMigrated(sockets, signal); // which tells why QEMU has read no further
    // QEMU hangs up once it has read all that it needs, be the end of the file known here by then or not.
    if ((failure as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw failure;
  }
  await untilMigrated(sockets, signal);
  await rm(sockets.state, { force: true });
}

const migrationSchema = v.looseObject({
  status: v.optional(v.string(), 'none'),
  'error-desc': v.optional(v.string()),
});

async function untilMigrated({ control }: VmmSockets, signal: AbortSignal): Promise<void> {
  for (;;) {
    const answer = await qmpCommand(control, { execute: 'query-migrate' }, signal);
    const { status, 'error-desc': reason } = v.parse(migrationSchema, answer);
    if (status === 'completed') return;
    if (status === 'failed' || status === 'cancelled')
      throw new Error(`QEMU's migration has ${status}${reason === undefined ? '' : `: ${reason}`}`);
    await delay(pollMs, undefined, { signal });
  }
}

const versionSchema = v.looseObject({
  qemu: v.object({ major: v.number(), minor: v.number(), micro: v.number() }),
  package: v.string(),
});

/**
 * Pure. Returns the same from what QEMU prints, such as `QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)`: its `package` in QMP is what is
 * in the brackets (QEMU's softmmu/vl.c, version()).
 */
export function printedVersion(printed: string): string {
  const [, number = '', packaged = ''] = /version (\d+\.\d+\.\d+)(?: \((.*)\))?$/m.exec(printed) ?? [];
  return `QEMU ${number} ${packaged}`.trim();
}

/** Returns the version of a running QEMU, with that of its package, which may change the devices too. */
export async function qemuVersion(control: string, signal: AbortSignal): Promise<string> {
  const answer = await qmpCommand(control, { execute: 'query-version' }, signal);
  const { qemu, package: packaged } = v.parse(versionSchema, answer);
  return `QEMU ${qemu.major}.${qemu.minor}.${qemu.micro} ${packaged}`.trim();
}
