/** The variables of this program and of the original Ignite. */
const variables = ['IGNITE_INSECURE_REGISTRIES', 'IGNITE_CONTAINERD_INSECURE_REGISTRIES'] as const;

/**
 * Pure. Returns the registries, with their ports, that may use plain HTTP or any certificate. The variables
 * have comma-separated lists.
 */
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

/** Pure. Tells whether a registry is on this host. As in Docker, it then needs no TLS. */
export const isOnThisHost = (registry: string): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(registry);
