import { Duplex, type Readable } from 'node:stream';
import type { ReadableWritablePair } from 'node:stream/web';
import type { ClientOperation } from '../client/progress.ts';
import type { LogPart, LogsRequest, VmClient } from '../client/vm-client.ts';
import type { AttachRequest, ExecRequest, ExecSession, VmAttachment } from '../client/vm-streams.ts';
import type { CallLines } from './call-lines.ts';
import type { StreamedArgs } from './calls.ts';
import { notRemote } from './not-remote.ts';
import { plainPart } from './plain-part.ts';
import { quietly } from './quietly.ts';

/** The VMs of another host. */
export function remoteVms(lines: CallLines): VmClient {
  const plain = plainPart('vms', lines);
  return {
    ...plain,
    create: async (request, op) => {
      if (request.registryConfigDir !== undefined) throw noCredentials();
      return await plain.create(request, op);
    },
    settle: async () => {
      throw notRemote('"ignite settle"');
    },
    logs: (query, request, signal) => logs(query, request, lines, signal),
    attach: async (query, request, signal) => await attach(query, request, lines, signal),
    exec: async (query, request, op) => await exec(query, request, lines, op),
  };
}

/** Registries are asked by the other host. */
export const noCredentials = (): Error =>
  notRemote(
    'a directory with credentials for registries',
    'log in to the registry on the host, with "ignite login" there',
  );

async function* logs(
  query: string,
  request: LogsRequest,
  lines: CallLines,
  signal: AbortSignal,
): AsyncGenerator<LogPart> {
  const args: StreamedArgs<'vms.logs'> = [query, request];
  using call = await lines.open('vms.logs', args, quietly(signal));
  const parts: (readonly [from: Readable, part: LogPart])[] = [];
  let wake = (): void => {};
  let isOver = false;
  const take = (from: Readable, stream: LogPart['stream']): void => {
    from.on('data', (bytes: Buffer) => {
      parts.push([from, { stream, bytes }]);
      from.pause(); // until this part was taken
      wake();
    });
  };
  take(call.output, 'stdout');
  take(call.errors, 'stderr');
  const end = (): void => {
    isOver = true;
    wake();
  };
  void call.result.then(end, end);
  for (const stream of [call.output, call.errors]) stream.once('end', () => wake());
  for (;;) {
    const [from, part] = parts.shift() ?? [];
    from?.resume();
    if (part) yield part;
    else if (isOver && call.output.readableEnded && call.errors.readableEnded) break;
    else await new Promise<void>((resolve) => (wake = resolve));
  }
  await call.result;
}

type Opened = { readonly kind: 'console' } | { readonly kind: 'streams'; readonly isTerminal: boolean };

async function attach(
  query: string,
  request: AttachRequest,
  lines: CallLines,
  signal: AbortSignal,
): Promise<VmAttachment> {
  const call = await lines.open('vms.attach', [query, request], quietly(signal));
  const opened = (await call.opened) as Opened;
  const { input, output, errors } = call;
  const detach = { [Symbol.dispose]: () => call[Symbol.dispose]() };
  if (opened.kind === 'console') {
    errors.resume();
    // Node takes streams of its own here, which its types do not say.
    const console = Duplex.from({ readable: output, writable: input } as unknown as ReadableWritablePair);
    console.once('close', detach[Symbol.dispose]);
    return { ...detach, kind: 'console', console };
  }
  return {
    ...detach,
    kind: 'streams',
    isTerminal: opened.isTerminal,
    stdout: output,
    stderr: errors,
    input: async () => input,
    resize: (size) => call.resize(size),
  };
}

async function exec(
  query: string,
  { identity, streams, ...request }: ExecRequest,
  lines: CallLines,
  op: ClientOperation,
): Promise<ExecSession> {
  if (identity !== undefined)
    throw notRemote('a private key of this host', 'use the key that was made for the VM');
  const call = await lines.open(
    'vms.exec',
    [query, { ...request, streams: { ...streams, kind: 'piped' } }],
    op,
  );
  await call.opened;
  return {
    kind: 'piped',
    stdin: call.input,
    stdout: call.output,
    stderr: call.errors,
    resize: (size) => call.resize(size),
    exitStatus: call.result as Promise<number>,
  };
}
