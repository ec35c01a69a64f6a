import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { dockerHostInvalid } from './errors.ts';

const connectTimeoutMs = 30_000;
/** The second one is Docker's own containerd; both as the original Ignite looked for them. */
const containerdSockets = [
  '/run/containerd/containerd.sock',
  '/run/docker/containerd/containerd.sock',
] as const;

/** Where containerd listens: $CONTAINERD_ADDRESS, which ctr(8) honours too, or where there is a socket. */
export const containerdSocket = (env: NodeJS.ProcessEnv): string =>
  env['CONTAINERD_ADDRESS'] || (containerdSockets.find(existsSync) ?? containerdSockets[0]);

/**
 * Where Docker listens: $DOCKER_HOST, if it names a socket of this host, or the usual place.
 * @throws CodedError DOCKER_HOST_INVALID
 */
export function dockerSocket(env: NodeJS.ProcessEnv): string {
  const host = env['DOCKER_HOST'];
  if (!host) return '/var/run/docker.sock';
  const path = /^unix:\/\/(\/.+)$/.exec(host)?.[1];
  if (path === undefined) throw dockerHostInvalid(host);
  return path;
}

/** Whether somebody takes connections there; if not, why. */
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
