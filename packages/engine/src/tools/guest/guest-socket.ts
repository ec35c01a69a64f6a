import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const refusedPollMs = 20;
const refusedMs = 30_000;

/**
 * Connects to a socket of a guest until `signal` aborts. It tries again for a while, because a socket exists a moment
 * before anybody listens on it.
 */
export async function connectToGuest(path: string, signal: AbortSignal): Promise<Socket> {
  for (const began = Date.now(); ; await delay(refusedPollMs, undefined, { signal })) {
    const socket = connect({ path, allowHalfOpen: true });
    try {
      await once(socket, 'connect', { signal });
      return endedBy(signal, socket);
    } catch (failure) {
      socket.destroy();
      const { code } = failure as NodeJS.ErrnoException;
      if (code !== 'ECONNREFUSED' || Date.now() - began > refusedMs) throw failure;
    }
  }
}

/** Ends a socket when `signal` aborts. Its errors are not told: its end tells enough. */
export function endedBy(signal: AbortSignal, socket: Socket): Socket {
  const destroy = (): void => void socket.destroy();
  socket.on('error', () => {});
  signal.addEventListener('abort', destroy, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', destroy));
  return socket;
}
