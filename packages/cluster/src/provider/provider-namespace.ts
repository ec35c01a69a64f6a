/** The namespace of Ignite in somebody else's management cluster, where the leases of hosts are too. */
export const providerNamespace = 'ignite-system';
