import { once } from 'node:events';
import { connect } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { AttachRequest, VmAttachment } from '@ignite/api/client/vm-streams';
import { connectToGuest, endedBy } from './guest-socket.ts';
import { GuestWindow } from './guest-window.ts';

/** The unix stream sockets that connect a client with what a guest runs. */
interface StreamSockets {
  /** Sends one byte once the guest is ready to read, and takes input from then on. */
  readonly stdin: string;
  /** Both outputs take one byte, `s` for all output since the start or `n` for new output, and then send it. */
  readonly stdout: string;
  readonly stderr: string;
  readonly control: string;
}

/** Connects with the streams of a guest, until the attachment is disposed or `signal` aborts. */
export async function connectStreams(
  sockets: StreamSockets,
  { since, isTerminal }: AttachRequest & { readonly isTerminal: boolean },
  signal: AbortSignal,
): Promise<VmAttachment> {
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  try {
    const [stdout, stderr] = [
      await openOutput(sockets.stdout, since, ending),
      await openOutput(sockets.stderr, since, ending),
    ];
    let window: GuestWindow | undefined;
    return {
      ...{ kind: 'streams', stdout, stderr, isTerminal },
      input: () => openInput(sockets.stdin, ending),
      resize: (size) => (window ??= new GuestWindow(sockets.control, ending)).resize(size),
      [Symbol.dispose]: () => stop.abort(),
    };
  } catch (failure) {
    stop.abort();
    throw failure;
  }
}

async function openOutput(
  path: string,
  since: AttachRequest['since'],
  signal: AbortSignal,
): Promise<Readable> {
  const socket = await connectToGuest(path, signal);
  socket.write(since === 'start' ? 's' : 'n');
  return socket;
}

async function openInput(path: string, signal: AbortSignal): Promise<Writable> {
  const socket = await connectToGuest(path, signal);
  await once(socket, 'data', { signal });
  return socket;
}

/** Connects with the console of a guest, until the attachment is disposed or `signal` aborts. */
export async function connectConsole(path: string, signal: AbortSignal): Promise<VmAttachment> {
  const console = endedBy(signal, connect(path));
  await once(console, 'connect', { signal });
  return { kind: 'console', console, [Symbol.dispose]: () => void console.destroy() };
}
