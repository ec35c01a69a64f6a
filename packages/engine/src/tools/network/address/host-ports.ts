import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { PortMapping } from '@ignite/api/v1/vm-network';
import { portTaken } from '../errors.ts';
import { isSameIp, parseIp } from '@ignite/api/address/ip-address';
import { formatPortMapping } from '@ignite/api/v1/format-port-mapping';

/**
 * Refuses ports that another VM publishes, or that a program of this host listens on unless it may be
 * shadowed.
 * @throws CodedError PORT_TAKEN
 */
export async function assertPortsFree(
  ports: readonly PortMapping[],
  published: readonly PortMapping[],
  shadowsPrograms = false,
): Promise<void> {
  for (const port of ports) {
    const isFree = shadowsPrograms || (await canBind(port));
    if (!isFree || published.some((other) => overlaps(port, other))) {
      throw portTaken(formatPortMapping(port).split('->')[0]!);
    }
  }
}

export const isSamePort = (a: PortMapping, b: PortMapping): boolean =>
  a.hostPort === b.hostPort &&
  a.vmPort === b.vmPort &&
  a.protocol === b.protocol &&
  a.bindAddress === b.bindAddress;

function overlaps(a: PortMapping, b: PortMapping): boolean {
  return (
    a.hostPort === b.hostPort && a.protocol === b.protocol && addressesMeet(a.bindAddress, b.bindAddress)
  );
}

function addressesMeet(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined || isSameIp(a, b)) return true;
  const [one, other] = [parseIp(a), parseIp(b)];
  return one.family === other.family && (one.value === 0n || other.value === 0n); // 0.0.0.0 and :: stand for all addresses of a family
}

/** Tells whether no program of this host listens on the port. */
export async function canBind(port: PortMapping): Promise<boolean> {
  const address = port.bindAddress ?? '0.0.0.0';
  try {
    if (port.protocol === 'tcp') {
      const server = createServer().listen({ host: address, port: port.hostPort, exclusive: true });
      await once(server, 'listening');
      server.close();
    } else {
      const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4').bind(port.hostPort, address);
      await once(socket, 'listening');
      socket.close();
    }
    return true;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw failure;
  }
}
