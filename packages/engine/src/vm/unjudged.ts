import type { VmPorts } from './vm-ports.ts';

/**
 * Returns the same host as one in whose writes nobody else has a say, for what nobody wants in particular, such as to clear away what
 * others have left.
 */
export function unjudged<T extends Pick<VmPorts, 'administration' | 'objects'>>(host: T): T {
  const administration = host.administration.unjudged;
  return { ...host, administration, objects: administration.objects };
}
