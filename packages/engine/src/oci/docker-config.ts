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

function isOf(key: string, registry: string): boolean {
  const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return host === registry || (registry === 'docker.io' && /^(index|registry-1)\.docker\.io$/.test(host));
}
