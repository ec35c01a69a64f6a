import { usageError } from './usage-error.ts';

const host = /^(\[[0-9a-f:]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d+)?$/i;
const dockerHub = 'docker.io';

/**
 * Pure. The registry that is meant: as image names have it, `HOST[:PORT]`, however people write it; without a word the Docker Hub.
 * @throws CodedError USAGE_INVALID
 */
export function registryName(written = dockerHub): string {
  const name = written.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  // A single word is a user of the Hub where an image's name begins with it.
  if (!host.test(name) || !/[.:]|^localhost$/.test(name))
    throw usageError(
      `not a registry: ${JSON.stringify(written)}`,
      'write HOST[:PORT], such as ghcr.io; without a registry it is the Docker Hub',
    );
  return /^(index|registry-1)\.docker\.io$/.test(name) ? dockerHub : name;
}
