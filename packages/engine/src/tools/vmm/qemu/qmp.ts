import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';

const patienceMs = 30_000;
const retryMs = 20;
/**
 * The size limit of a line in characters. No answer that is meant for us is longer, but a VMM that its guest
 * has broken into may send a line without end.
 */
const longestLine = 65_536;

const messageSchema = v.union([
  v.looseObject({ QMP: v.unknown() }),
  v.looseObject({ return: v.unknown() }),
  v.looseObject({ error: v.looseObject({ class: v.string(), desc: v.string() }) }),
  v.looseObject({ event: v.string() }),
]);

/** The commands that Ignite gives, with their arguments (QEMU's docs/interop/qmp-ref). */
export type QmpCommand =
  | { readonly execute: 'system_powerdown' | 'quit' | 'stop' | 'cont' | QmpQuery }
  | {
      readonly execute: 'send-key';
      readonly arguments: { readonly keys: readonly { readonly type: 'qcode'; readonly data: 'power' }[] };
    }
  | { readonly execute: 'balloon'; readonly arguments: { readonly value: number } }
  | {
      readonly execute: 'set_link';
      readonly arguments: { readonly name: string; readonly up: boolean };
    }
  | { readonly execute: 'migrate' | 'migrate-incoming'; readonly arguments: { readonly uri: string } }
  | {
      readonly execute: 'migrate-set-capabilities';
      readonly arguments: {
        readonly capabilities: readonly { readonly capability: 'x-ignore-shared'; readonly state: boolean }[];
      };
    }
  | {
      readonly execute: 'migrate-set-parameters';
      readonly arguments: { readonly 'max-bandwidth': number };
    };
type QmpQuery = 'query-balloon' | 'query-status' | 'query-version' | 'query-migrate';

/**
 * Runs one command of the QEMU Machine Protocol (QEMU's docs/interop/qmp-spec), and returns its result.
 * @throws Error if QEMU refuses the command or closes the connection
 */
export async function qmpCommand(
  socketPath: string,
  command: QmpCommand,
  signal: AbortSignal,
): Promise<unknown> {
  const socket = await connected(socketPath, signal);
  const onAbort = (): void => void socket.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    socket.write(`${JSON.stringify({ execute: 'qmp_capabilities' })}\n${JSON.stringify(command)}\n`);
    let returns = 0;
    for await (const line of linesOf(socket)) {
      const message = v.parse(messageSchema, JSON.parse(line));
      if ('error' in message)
        throw new Error(`QEMU refused ${command.execute}: ${JSON.stringify(message.error)}`);
      if ('return' in message && (returns += 1) === 2) return message.return;
    }
    signal.throwIfAborted();
    throw new Error(`QEMU closed the connection during ${command.execute}`);
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let rest = '';
  for await (const part of socket.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + part).split('\n');
    rest = lines.pop()!;
    yield* lines;
    if (rest.length > longestLine)
      throw new Error(`QEMU sent a line with more than ${longestLine} characters`);
  }
  if (rest !== '') yield rest;
}

/**
 * Connects to QEMU's socket. It waits for the socket, which a QEMU that has just started has not created yet.
 */
async function connected(path: string, signal: AbortSignal): Promise<Socket> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const socket = connect(path);
    try {
      await once(socket, 'connect', { signal });
      return socket;
    } catch (failure) {
      socket.destroy();
      const { code } = failure as NodeJS.ErrnoException;
      if ((code !== 'ENOENT' && code !== 'ECONNREFUSED') || Date.now() > deadline) throw failure;
      await delay(retryMs, undefined, { signal });
    }
  }
}
