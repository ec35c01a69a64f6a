import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { bannerMs } from './ssh-options.ts';

const retryMs = 50;
const connectMs = 5_000;

/**
 * Resolves once a server at
 * `address`, port 22, speaks SSH (RFC 4253, section 4.2). Rejects only when `signal` aborts.
 */
export async function untilSshAnswers(address: string, signal: AbortSignal): Promise<void> {
  while (!(await speaksSsh(address, signal))) await delay(retryMs, undefined, { signal });
}

/** Tells whether a server at `address`, port 22, speaks SSH. Rejects only when `signal` aborts. */
export function speaksSsh(address: string, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const socket = connect({ host: address, port: 22, timeout: connectMs });
  const onAbort = (): void => reject(signal.reason);
  socket.once('connect', () => socket.setTimeout(bannerMs));
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('data', (banner) => resolve(banner.toString('latin1').startsWith('SSH-')));
  socket.once('timeout', () => resolve(false));
  socket.once('error', () => resolve(false));
  socket.once('close', () => resolve(false));
  if (signal.aborted) onAbort();
  return promise.finally(() => {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  });
}
