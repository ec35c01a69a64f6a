import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { dockerHostInvalid } from './errors.ts';

const connectTimeoutMs = 30_000;
/**
 * The default sockets of containerd, which the original Ignite used too. The second one is that of Docker's
 * own containerd.
 */
const containerdSockets = [
  '/run/containerd/containerd.sock',
  '/run/docker/containerd/containerd.sock',
] as const;

/**
 * Returns containerd's socket: $CONTAINERD_ADDRESS, which ctr(8) uses too, or the first default socket that
 * exists.
 */
export const containerdSocket = (env: NodeJS.ProcessEnv): string =>
  env['CONTAINERD_ADDRESS'] || (containerdSockets.find(existsSync) ?? containerdSockets[0]);

/**
 * Returns Docker's socket: $DOCKER_HOST if it names a socket of this host, or the default one.
 * @throws CodedError DOCKER_HOST_INVALID
 */
export function dockerSocket(env: NodeJS.ProcessEnv): string {
  const host = env['DOCKER_HOST'];
  if (!host) return '/var/run/docker.sock';
  const path = /^unix:\/\/(\/.+)$/.exec(host)?.[1];
  if (path === undefined) throw dockerHostInvalid(host);
  return path;
}

/** Tells whether a socket accepts connections; if not, it returns the failure. */
export async function connectsTo(path: string): Promise<true | NodeJS.ErrnoException> {
  const { promise, resolve } = Promise.withResolvers<true | NodeJS.ErrnoException>();
  const socket = connect({ path, timeout: connectTimeoutMs });
  socket.once('connect', () => resolve(true));
  socket.once('error', resolve);
  socket.once('timeout', () => resolve(new Error(`no answer within ${connectTimeoutMs / 1_000} s`)));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
