import { referenceInvalid } from './errors.ts';
import { familiarName, parseReference } from './reference.ts';

/** Where an image comes from, in skopeo's words (containers-transports(5)), and the name it is known by afterwards. */
export interface ImageSource {
  readonly transport:
    'docker' | 'docker-daemon' | 'containers-storage' | 'oci' | 'oci-archive' | 'docker-archive';
  /** As skopeo takes it. */
  readonly location: string;
  readonly name: string;
  /** With its port; only of `docker`. */
  readonly registry?: string;
}

/** @throws CodedError REFERENCE_INVALID */
export function parseSource(text: string): ImageSource {
  const match = /^(docker-daemon|containers-storage|oci|oci-archive|docker-archive|docker):(.+)$/.exec(text);
  const transport = match?.[1] as ImageSource['transport'] | undefined;
  const rest = match?.[2] ?? '';
  // "docker" and "oci" may also be the first part of a name with a tag: then nothing like a path follows.
  if (
    !transport ||
    (transport === 'docker' && !rest.startsWith('//')) ||
    (transport === 'oci' && /^[\w.-]+$/.test(rest))
  ) {
    return registrySource(text);
  }
  switch (transport) {
    case 'docker':
      return registrySource(rest.slice(2));
    case 'docker-daemon':
    case 'containers-storage': {
      const name = familiarName(parseReference(rest));
      return { transport, location: `${transport}:${name}`, name };
    }
    case 'oci':
    case 'oci-archive':
    case 'docker-archive':
      if (/[\0\n]/.test(rest)) throw referenceInvalid(text);
      return { transport, location: `${transport}:${rest}`, name: archiveName(rest) };
  }
}

function registrySource(text: string): ImageSource {
  const reference = parseReference(text);
  const { registry, repository, tag, digest } = reference;
  // skopeo takes a tag or a digest; a digest says all.
  const suffix = digest === undefined ? `:${tag}` : `@${digest}`;
  return {
    transport: 'docker',
    location: `docker://${registry}/${repository}${suffix}`,
    name: familiarName(reference),
    registry,
  };
}

/** Of `PATH[:NAME]` the name, or one made of the file's. */
function archiveName(rest: string): string {
  const [path = '', ...suffix] = rest.split(':');
  const given = suffix.join(':');
  const base = path
    .replace(/\/+$/, '')
    .replace(/^.*\//, '')
    .replace(/\.(tar|oci|tgz|tar\.gz)$/, '')
    .toLowerCase();
  const own = base.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'image';
  if (given === '') return `${own}:latest`;
  return /^[\w][\w.-]*$/.test(given) && !given.includes('/')
    ? `${own}:${given}`
    : familiarName(parseReference(given));
}
