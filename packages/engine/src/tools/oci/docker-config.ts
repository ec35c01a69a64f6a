import * as v from 'valibot';

/** The parts of Docker's config.json (docker-login(1)) that concern registries. */
const schema = v.looseObject({
  auths: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
  credHelpers: v.optional(v.nullable(v.record(v.string(), v.string()))),
  credsStore: v.optional(v.nullable(v.string())),
});
export type DockerConfig = v.InferOutput<typeof schema>;

/**
 * Parses a config.json.
 * @throws Error if the text is something else
 */
export const parseDockerConfig = (text: string): DockerConfig => v.parse(schema, JSON.parse(text));

/** Pure. Returns the `docker-credential-…` program for `registry`, if one is configured. */
export function credentialHelper(config: DockerConfig, registry: string): string | undefined {
  const own = Object.entries(config.credHelpers ?? {}).find(([key]) => isOf(key, registry))?.[1];
  return own ?? (config.credsStore || undefined);
}

/**
 * Pure. Returns the name by which Docker asks a helper for a registry. Docker Hub still has its oldest name.
 */
export const serverOf = (registry: string): string =>
  registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;

/** Pure. Tells whether the login to the registry was made over plain HTTP. */
export const saysPlainHttp = (config: DockerConfig, registry: string): boolean =>
  Object.keys(config.auths ?? {}).some((key) => key.startsWith('http://') && isOf(key, registry));

/** A config.json with everything that other programs keep in it. */
export type ConfigDocument = Readonly<Record<string, unknown>>;

/**
 * Parses a config.json and keeps all of its fields.
 * @throws Error if the text is something else
 */
export function parseConfigDocument(text: string): ConfigDocument {
  parseDockerConfig(text);
  return v.parse(v.record(v.string(), v.unknown()), JSON.parse(text));
}

/**
 * Pure. Returns the keys in `auths` for a registry as a whole. A key such as `ghcr.io/team` is for a part of
 * a registry.
 */
export const authKeys = ({ auths }: DockerConfig, registry: string): readonly string[] =>
  Object.keys(auths ?? {}).filter(
    (key) => isOf(key, registry) && !/^[^/]+\/(?!v[12]\/?$)./.test(withoutScheme(key)),
  );

/**
 * Pure. Returns the document with `entry` in place of the registry's former entries. If `entry` is undefined,
 * the registry has no entry in the result.
 */
export function withAuth(
  document: ConfigDocument,
  registry: string,
  entry: object | undefined,
): ConfigDocument {
  const { auths } = v.parse(schema, document);
  const gone = new Set(authKeys({ auths }, registry));
  const others = Object.entries(auths ?? {}).filter(([key]) => !gone.has(key));
  return {
    ...document,
    auths: Object.fromEntries([...others, ...(entry === undefined ? [] : [[serverOf(registry), entry]])]),
  };
}

/**
 * Pure. Returns the user name in a registry's entry in `auths`. It is undefined if there is none, as when a
 * helper keeps the credentials.
 */
export function userOf({ auths }: DockerConfig, registry: string): string | undefined {
  const [key] = authKeys({ auths }, registry);
  const entry = v.safeParse(
    v.looseObject({ auth: v.string() }),
    key === undefined ? undefined : auths?.[key],
  );
  if (!entry.success) return undefined;
  return /^([^:]+):/.exec(Buffer.from(entry.output.auth, 'base64').toString())?.[1];
}

const withoutScheme = (key: string): string => key.replace(/^https?:\/\//, '');

function isOf(key: string, registry: string): boolean {
  const host = withoutScheme(key).replace(/\/.*$/, '');
  return host === registry || (registry === 'docker.io' && /^(index|registry-1)\.docker\.io$/.test(host));
}
