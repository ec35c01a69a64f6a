/** What the descriptions of most kinds of clusters have in common. */
export const common = { scope: 'Namespaced', categories: ['cluster-api'], subresources: ['status'] } as const;

/** The same for kinds that have a number of replicas. */
export const scaled = { ...common, subresources: ['status', 'scale'] } as const;
