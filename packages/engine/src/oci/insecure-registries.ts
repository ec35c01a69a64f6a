/** Ours, and the original Ignite's. */
const variables = ['IGNITE_INSECURE_REGISTRIES', 'IGNITE_CONTAINERD_INSECURE_REGISTRIES'] as const;

/** Pure. The registries, with their ports, that may speak plain HTTP or show any certificate: lists with commas. */
export const insecureRegistries = (env: NodeJS.ProcessEnv): readonly string[] =>
  variables
    .flatMap((name) => (env[name] ?? '').split(','))
    .map((entry) =>
      entry
        .trim()
        .replace(/^https?:\/\//, '')
        .replace(/\/.*$/, ''),
    )
    .filter((registry) => registry !== '');

/** Pure. As Docker does, a registry on this very host needs no TLS. */
export const isOnThisHost = (registry: string): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(registry);
