import { basename, isAbsolute, resolve } from 'node:path';
import { referenceInvalid } from './errors.ts';
import type { HostDaemon } from '../host/errors.ts';
import { familiarName, fullName, parseReference } from './reference.ts';

/** Where an image comes from, in skopeo's words (containers-transports(5)). */
export interface SkopeoSource {
  readonly transport:
    'docker' | 'docker-daemon' | 'containers-storage' | 'oci' | 'oci-archive' | 'docker-archive';
  /** As skopeo takes it. */
  readonly location: string;
  /** The name that it is known by afterwards. */
  readonly name: string;
  /** With its port; only of `docker`. */
  readonly registry?: string;
}

/** The store of containerd, for which skopeo has no word. */
export interface ContainerdSource {
  readonly transport: 'containerd';
  /** Looked through in turn. */
  readonly namespaces: readonly string[];
  /** In full, as containerd names images: `docker.io/library/debian:12`. */
  readonly fullName: string;
  readonly name: string;
}

export type ImageSource = SkopeoSource | ContainerdSource;

/** Of the original Ignite, of ctr and nerdctl, and of Kubernetes. */
const usualNamespaces = ['firecracker', 'default', 'k8s.io'];

/** @throws CodedError REFERENCE_INVALID */
export function parseSource(text: string): ImageSource {
  const match =
    /^(docker-daemon|containers-storage|containerd|oci|oci-archive|docker-archive|docker):(.+)$/.exec(text);
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
    case 'containerd':
      return parseContainerd(rest);
    case 'oci':
    case 'oci-archive':
    case 'docker-archive':
      if (/[\0\n]/.test(rest)) throw referenceInvalid(text);
      return { transport, location: `${transport}:${rest}`, name: archiveName(rest) };
  }
}

/** Pure. The source as it is found from anywhere: an archive or layout by a path from `dir` is named by all of its path. */
export function sourceFrom(dir: string, text: string): string {
  const [, transport, path, name = ''] = pathSource(text) ?? [];
  return transport === undefined || path === undefined ? text : `${transport}:${resolve(dir, path)}${name}`;
}

/** Pure. Whether the source is another one, or none, for who is in another folder. */
export const isRelativeSource = (text: string): boolean => !isAbsolute(pathSource(text)?.[2] ?? '/');

/** The transport, the path and, with its colon, the name of a source that is a file or folder of this host. */
const pathSource = (text: string): RegExpExecArray | undefined =>
  /^oci:[\w.-]+$/.test(text)
    ? undefined
    : (/^(oci|oci-archive|docker-archive):([^:]+)(:.*)?$/.exec(text) ?? undefined);

/** Pure. Of a source that is a file or folder of this host. */
export const pathOf = ({ location }: SkopeoSource): string | undefined =>
  /^(?:oci|oci-archive|docker-archive):([^:]+)/.exec(location)?.[1];

/** `NAME`, or `//NAMESPACE/NAME`. */
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

/** Pure. The same image as a daemon of this host may have it; none where a daemon could not be asked for it. */
export function sourceInDaemon(source: ImageSource, daemon: HostDaemon): ImageSource | undefined {
  if (source.transport !== 'docker') return undefined;
  if (daemon === 'containerd') return containerdSource(source.name, usualNamespaces);
  // Docker knows images by tags: a digest there is of another form of the image.
  if (source.name.includes('@')) return undefined;
  return { transport: 'docker-daemon', location: `docker-daemon:${source.name}`, name: source.name };
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

/** Of a file whose own name is longer than an image's may be, the beginning will do. */
const longestOwnName = 128;

/** Of `PATH[:NAME]` the name, or one made of the file's. */
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
