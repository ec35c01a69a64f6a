import { isIP } from 'node:net';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { PortMapping } from './vm-network.ts';

export type PortErrorCode = 'PORT_INVALID';

/**
 * Parses port mappings in Docker's syntax, `[ADDRESS:]HOST:VM[/tcp|udp]`, with ranges of equal length on both
 * sides.
 * @throws CodedError PORT_INVALID
 */
export function parsePortMappings(texts: readonly string[]): readonly PortMapping[] {
  return texts.flatMap((list) => list.split(',')).flatMap(parsePortMapping);
}

function parsePortMapping(text: string): readonly PortMapping[] {
  const match =
    /^(?:(\[[0-9a-f:.]+\]|[0-9.]+):)?([0-9]+(?:-[0-9]+)?):([0-9]+(?:-[0-9]+)?)(?:\/([a-z]+))?$/i.exec(
      text.trim(),
    );
  if (!match) throw portInvalid(text, 'the format is wrong');
  const [, address, host, vm, protocol = 'tcp'] = match;
  if (protocol !== 'tcp' && protocol !== 'udp')
    throw portInvalid(text, `"${protocol}" is neither tcp nor udp`);
  const bindAddress = address?.replace(/^\[|\]$/g, '');
  if (bindAddress !== undefined && isIP(bindAddress) === 0)
    throw portInvalid(text, `"${bindAddress}" is not an IP address`);
  const hostPorts = parseRange(host!, text);
  const vmPorts = parseRange(vm!, text);
  if (hostPorts.length !== vmPorts.length) throw portInvalid(text, 'the two ranges have different lengths');
  return hostPorts.map((hostPort, at) => ({
    ...(bindAddress !== undefined && { bindAddress }),
    hostPort,
    vmPort: vmPorts[at]!,
    protocol,
  }));
}

function parseRange(range: string, text: string): readonly number[] {
  const [first = 0, last = first] = range.split('-').map(Number);
  if (first < 1 || last > 65_535 || last < first) throw portInvalid(text, `"${range}" is outside 1 to 65535`);
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

const portInvalid = (text: string, why: string): CodedError<PortErrorCode> =>
  new CodedError('PORT_INVALID', `not a port mapping: ${JSON.stringify(text)}: ${why}`, {
    hint: 'use [ADDRESS:]HOST_PORT:VM_PORT[/tcp|udp], such as 8080:80 or 127.0.0.1:5353:53/udp; ranges are 8000-8010:80-90',
  });
