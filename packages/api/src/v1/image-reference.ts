/**
 * The name of an image, by the grammar of the distribution spec ("Pulling manifests") and with Docker's
 * familiar names.
 */
export interface Reference {
  /** The registry with its port, for example `127.0.0.1:5000`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

const domain =
  '(?:\\[[0-9a-fA-F:]+\\]|(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*)(?::[0-9]+)?';
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const grammar = new RegExp(
  `^(?:(${domain})/)?(${component}(?:/${component})*)(?::(\\w[\\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`,
);

/** Pure. Parses a reference. Returns undefined if the text is not one. */
export function readReference(text: string): Reference | undefined {
  const match = text.length <= 512 ? grammar.exec(text) : null;
  if (!match) return undefined;
  const [, host, path, tag, digest] = match;
  // A first part without a dot, a port or "localhost" is a user of Docker Hub, not a registry.
  const isRegistry = host !== undefined && (/[.:[]/.test(host) || host === 'localhost');
  const repository = isRegistry || host === undefined ? path! : `${host}/${path}`;
  const registry = isRegistry ? host : 'docker.io';
  if (!isRegistry && !new RegExp(`^${component}(?:/${component})*$`).test(repository)) return undefined;
  const full = registry === 'docker.io' && !repository.includes('/') ? `library/${repository}` : repository;
  if (full.length > 255) return undefined;
  return {
    registry,
    repository: full,
    ...(tag !== undefined ? { tag } : digest === undefined && { tag: 'latest' }),
    ...(digest !== undefined && { digest }),
  };
}

/** Returns the short form that people know: without `docker.io/library/`, and always with a tag or digest. */
export function familiarName(reference: Reference): string {
  const { registry, repository } = reference;
  const path = registry === 'docker.io' ? repository.replace(/^library\//, '') : `${registry}/${repository}`;
  return `${path}${suffixOf(reference)}`;
}

/** Returns the name with everything that the familiar form leaves out. */
export const fullName = (reference: Reference): string =>
  `${reference.registry}/${reference.repository}${suffixOf(reference)}`;

const suffixOf = ({ tag, digest }: Reference): string =>
  `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
