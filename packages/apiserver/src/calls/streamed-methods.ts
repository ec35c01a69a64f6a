import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from '@ignite/api/client/client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { WindowSize } from '@ignite/api/client/vm-streams';
import type { StreamedArgs, StreamedName } from '@ignite/api/remote/calls';
import { toldFailure } from '@ignite/api/remote/told-failure';

/** What a call that carries bytes is connected with. */
export interface CallStreams {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
  /** Tells the caller what the call has connected him with. */
  readonly opened: (about: unknown) => void;
  /** Sets who is told the size of the caller's terminal. */
  readonly onResize: (listener: (size: WindowSize) => void) => void;
  readonly op: ClientOperation;
}

type StreamedMethods = {
  readonly [Name in StreamedName]: (
    client: Client,
    args: StreamedArgs<Name>,
    streams: CallStreams,
  ) => Promise<unknown>;
};

/** How the calls are made that carry bytes. */
export const streamedMethods: StreamedMethods = {
  'vms.logs': logs,
  'vms.attach': attach,
  'vms.exec': exec,
  'files.unpackIn': ({ files }, [vm, request], { input, op }) =>
    files.unpackIn(input, { vm, ...request }, op),
  'files.packOut': ({ files }, [vm, request], { output, op }) =>
    files.packOut(output, { vm, ...request }, op),
  'archives.export': ({ archives }, [query], { output, op }) => archives.export(query, output, op),
  'archives.import': ({ archives }, [request], { input, op }) => archives.import(input, request, op),
  'images.save': ({ images }, [queries, format], { output, op }) =>
    images.save(queries, { format, output }, op),
  'images.load': ({ images }, [request], { input, op }) => images.load(input, request, op),
  'snapshots.export': ({ snapshots }, [query, request], { output, op }) =>
    snapshots.export(query, request, output, op),
  'snapshots.import': ({ snapshots }, [request], { input, op }) => snapshots.import(input, request, op),
  'networks.broken': async ({ networks }) => (await networks.broken()).map(toldFailure),
  mend: (client, [kind, query]) => client.mend(kind, query),
};

async function logs(
  { vms }: Client,
  [query, request]: StreamedArgs<'vms.logs'>,
  { output, errors, op }: CallStreams,
): Promise<void> {
  for await (const { stream, bytes } of vms.logs(query, request, op.signal))
    await write(stream === 'stdout' ? output : errors, bytes);
}

/** Resolves once more can be written. */
export async function write(to: Writable, bytes: Uint8Array | string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  to.write(bytes, (failure) => (failure ? reject(failure) : resolve()));
  await promise;
}

async function attach(
  { vms }: Client,
  [query, request]: StreamedArgs<'vms.attach'>,
  { input, output, errors, opened, onResize, op: { signal } }: CallStreams,
): Promise<void> {
  using to = await vms.attach(query, request, signal);
  if (to.kind === 'console') {
    opened({ kind: 'console' });
    pass(input, to.console, signal);
    return await pipeline(to.console, output, { signal });
  }
  opened({ kind: 'streams', isTerminal: to.isTerminal });
  onResize(to.resize);
  void to.input().then(
    (guest) => pass(input, guest, signal),
    () => {}, // an entrypoint may end before its input
  );
  await Promise.all([pipeline(to.stdout, output, { signal }), pipeline(to.stderr, errors, { signal })]);
}

async function exec(
  { vms }: Client,
  [query, request]: StreamedArgs<'vms.exec'>,
  { input, output, errors, opened, onResize, op }: CallStreams,
): Promise<number> {
  const session = await vms.exec(query, request, op);
  if (session.kind !== 'piped') throw new Error('the streams of this process are for nobody else');
  opened({});
  onResize(session.resize);
  const { signal } = op;
  pass(input, session.stdin, signal);
  const ended = Promise.all([
    pipeline(session.stdout, output, { signal }),
    pipeline(session.stderr, errors, { signal }),
  ]);
  const [exitStatus] = await Promise.all([session.exitStatus, ended]);
  return exitStatus;
}

/** Passes input on to a guest, which may end before it has read all. */
function pass(input: Readable, guest: Writable, signal: AbortSignal): void {
  pipeline(input, guest, { signal }).catch(() => {});
}
