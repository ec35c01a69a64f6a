import type { PortMapping } from './vm-network.ts';

/** Writes a port mapping as `ps` shows it: `0.0.0.0:80->8080/tcp`. */
export function formatPortMapping(mapping: PortMapping): string {
  return `${formatHostPort(mapping)}->${mapping.vmPort}/${mapping.protocol}`;
}

/** Writes the address that the host listens on: `0.0.0.0:80`, `[::1]:80`. */
export function formatHostPort({ bindAddress = '0.0.0.0', hostPort }: PortMapping): string {
  return `${bindAddress.includes(':') ? `[${bindAddress}]` : bindAddress}:${hostPort}`;
}
