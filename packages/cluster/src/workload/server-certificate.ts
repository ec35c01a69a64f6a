import { once } from 'node:events';
import { connect } from 'node:tls';

const connectMs = 5_000;

export interface Server {
  readonly host: string;
  readonly port: number;
}

/**
 * Returns when the certificate of a server ends, in milliseconds since 1970; `undefined` if none answers whose certificate is
 * of the authority.
 */
export async function certificateEndMs(
  { host, port }: Server,
  authority: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  // Whoever has a certificate of the cluster may have any name: this one is only looked at.
  const socket = connect({ host, port, ca: authority, checkServerIdentity: () => undefined });
  try {
    await once(socket, 'secureConnect', {
      signal: AbortSignal.any([signal, AbortSignal.timeout(connectMs)]),
    });
    return Date.parse(socket.getPeerCertificate().valid_to);
  } catch {
    signal.throwIfAborted();
    return undefined;
  } finally {
    socket.destroy();
  }
}
