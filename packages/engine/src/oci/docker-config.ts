import * as v from 'valibot';

/** Docker's config.json (docker-login(1)), of which we read only what is about registries. */
const schema = v.looseObject({
  auths: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
  credHelpers: v.optional(v.nullable(v.record(v.string(), v.string()))),
  credsStore: v.optional(v.nullable(v.string())),
});
export type DockerConfig = v.InferOutput<typeof schema>;

/** @throws Error when it is something else */
export const parseDockerConfig = (text: string): DockerConfig => v.parse(schema, JSON.parse(text));

/** Pure. The `docker-credential-…` program that knows the credentials for `registry`, if one does. */
export function credentialHelper(config: DockerConfig, registry: string): string | undefined {
  const own = Object.entries(config.credHelpers ?? {}).find(([key]) => isOf(key, registry))?.[1];
  return own ?? (config.credsStore || undefined);
}

/** Pure. What Docker asks a helper for: the Hub has kept its oldest name. */
export const serverOf = (registry: string): string =>
  registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;

/** Pure. Whether the registry was logged in to as one that speaks plain HTTP. */
export const saysPlainHttp = (config: DockerConfig, registry: string): boolean =>
  Object.keys(config.auths ?? {}).some((key) => key.startsWith('http://') && isOf(key, registry));

function isOf(key: string, registry: string): boolean {
  const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return host === registry || (registry === 'docker.io' && /^(index|registry-1)\.docker\.io$/.test(host));
}
