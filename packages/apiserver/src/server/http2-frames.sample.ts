import { once } from 'node:events';
import { type TLSSocket, connect } from 'node:tls';
import type { ServerTls } from '@ignite/toolkit/client/over-http/server-access';

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** The types of frames (RFC 9113, 6). */
export const frameTypes = {
  ...{ data: 0, headers: 1, rstStream: 3, settings: 4, ping: 6, goaway: 7, windowUpdate: 8, continuation: 9 },
} as const;

/** The flags of frames, of which the first one says that a request has no more to come. */
export const flags = { endStream: 1, endHeaders: 4 } as const;

/** Returns a frame (RFC 9113, 4.1). */
export function frame(
  type: number,
  flagged: number,
  stream: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flagged;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Returns headers as a block in which nothing is left out or made shorter (RFC 7541, 6.2.2). */
export const headerBlock = (headers: Readonly<Record<string, string>>): Buffer =>
  Buffer.concat(
    Object.entries(headers).map(([name, value]) =>
      Buffer.concat([Buffer.of(0), shortText(name), shortText(value)]),
    ),
  );

const shortText = (text: string): Buffer => Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);

/** Returns a code as the payload of a frame that resets a stream. */
export function resetCode(code: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(code);
  return payload;
}

/** Opens a connection of HTTP/2 for frames that are made by hand. It takes what comes, and closes nothing by itself. */
export async function openByHand(port: number, tls: ServerTls): Promise<TLSSocket> {
  const socket = connect({ ...tls, host: '127.0.0.1', port, ALPNProtocols: ['h2'] });
  socket.on('error', () => {}).resume();
  await once(socket, 'secureConnect');
  socket.write(Buffer.concat([Buffer.from(preface), frame(frameTypes.settings, 0, 0)]));
  return socket;
}
