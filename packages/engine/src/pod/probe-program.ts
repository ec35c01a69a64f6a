import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, get } from 'node:https';
import type { HostProgram } from '@ignite/api/host-pod/host-pod';

const silenceMs = 5_000;

/**
 * Tells whether a program answers its probe. Who it is does not matter: nobody else can be at an address that this host has
 * given to its pod.
 */
export async function isAnswering(
  { probe }: Pick<HostProgram, 'probe'>,
  address: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!probe) return true;
  const agent = new Agent({ rejectUnauthorized: false, keepAlive: false });
  const until = AbortSignal.any([signal, AbortSignal.timeout(silenceMs)]);
  try {
    const request = get({ host: address, port: probe.port, path: probe.path, agent, signal: until });
    // One that is given up as it begins fails only after `once` has stopped to listen, which would end this process.
    request.on('error', () => {});
    const [response] = (await once(request, 'response', { signal: until })) as [IncomingMessage];
    response.resume();
    return response.statusCode === 200;
  } catch {
    signal.throwIfAborted();
    return false;
  } finally {
    agent.destroy();
  }
}
