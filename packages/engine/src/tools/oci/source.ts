import { basename } from 'node:path';
import { referenceInvalid } from './errors.ts';
import type { ContainerEngine } from '../container-engine/errors.ts';
import { familiarName, fullName, parseReference } from './reference.ts';

/** The source of an image, in skopeo's words (containers-transports(5)). */
export interface SkopeoSource {
  readonly transport:
    'docker' | 'docker-daemon' | 'containers-storage' | 'oci' | 'oci-archive' | 'docker-archive';
  /** The source as skopeo accepts it. */
  readonly location: string;
  /** The name that the image gets. */
  readonly name: string;
  /** The registry with its port, if the transport is `docker`. */
  readonly registry?: string;
}

/** An image in containerd's store, for which skopeo has no transport. */
export interface ContainerdSource {
  readonly transport: 'containerd';
  /** The namespaces, which are searched in turn. */
  readonly namespaces: readonly string[];
  /** The full name, by which containerd knows the image: `docker.io/library/debian:12`. */
  readonly fullName: string;
  readonly name: string;
}

export type ImageSource = SkopeoSource | ContainerdSource;

/** The namespaces of the original Ignite, of ctr and nerdctl, and of Kubernetes. */
const usualNamespaces = ['firecracker', 'default', 'k8s.io'];

/**
 * Parses the source of an image.
 * @throws CodedError REFERENCE_INVALID
 */
export function parseSource(text: string): ImageSource {
  const match =
    /^(docker-daemon|containers-storage|containerd|oci|oci-archive|docker-archive|docker):(.+)$/.exec(text);
  const transport = match?.[1] as ImageSource['transport'] | undefined;
  const rest = match?.[2] ?? '';
  // "docker" and "oci" may also be repositories with a tag, if what follows is not like a path.
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
    case 'containerd':
      return parseContainerd(rest);
    case 'oci':
    case 'oci-archive':
    case 'docker-archive':
      if (/[\0\n]/.test(rest)) throw referenceInvalid(text);
      return { transport, location: `${transport}:${rest}`, name: archiveName(rest) };
  }
}

/** Pure. Returns the path of a source that is a file or folder of this host. */
export const pathOf = ({ location }: SkopeoSource): string | undefined =>
  /^(?:oci|oci-archive|docker-archive):([^:]+)/.exec(location)?.[1];

/** Parses `NAME` or `//NAMESPACE/NAME`. */
function parseContainerd(rest: string): ContainerdSource {
  const [, namespace, name = rest] = /^\/\/([A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*)\/(.+)$/.exec(rest) ?? [];
  return containerdSource(name, namespace === undefined ? usualNamespaces : [namespace]);
}

function containerdSource(text: string, namespaces: readonly string[]): ContainerdSource {
  const reference = parseReference(text);
  return {
    transport: 'containerd',
    namespaces,
    fullName: fullName(reference),
    name: familiarName(reference),
  };
}

/**
 * Pure. Returns the source of the same image in a container engine of this host, or `undefined` if the engine
 * cannot have it.
 */
export function sourceInEngine(source: ImageSource, engine: ContainerEngine): ImageSource | undefined {
  if (source.transport !== 'docker') return undefined;
  if (engine === 'containerd') return containerdSource(source.name, usualNamespaces);
  // Docker knows images by their tags. Its digests are those of another form of the image.
  if (source.name.includes('@')) return undefined;
  return { transport: 'docker-daemon', location: `docker-daemon:${source.name}`, name: source.name };
}

function registrySource(text: string): ImageSource {
  const reference = parseReference(text);
  const { registry, repository, tag, digest } = reference;
  // skopeo accepts a tag or a digest; the digest suffices.
  const suffix = digest === undefined ? `:${tag}` : `@${digest}`;
  return {
    transport: 'docker',
    location: `docker://${registry}/${repository}${suffix}`,
    name: familiarName(reference),
    registry,
  };
}

/** The limit of the length of a name that is made from a file name; a longer file name is cut off. */
const longestOwnName = 128;

/** Returns the name of `PATH[:NAME]`, or a name that is made from the file name. */
function archiveName(rest: string): string {
  const [path = '', ...suffix] = rest.split(':');
  const given = suffix.join(':');
  const base = basename(path)
    .replace(/\.(tar|oci|tgz|tar\.gz)$/, '')
    .toLowerCase();
  const words = base.replace(/[^a-z0-9]+/g, '-').slice(0, longestOwnName);
  const own = words.replace(/^-+|-+$/g, '') || 'image';
  if (given === '') return `${own}:latest`;
  return /^[\w][\w.-]*$/.test(given) && !given.includes('/')
    ? familiarName(parseReference(`${own}:${given}`))
    : familiarName(parseReference(given));
}
