/** Pure. Tells whether a parameter of a query is set, as Kubernetes reads it. */
export const isSet = (query: URLSearchParams, name: string): boolean =>
  ['true', '1', ''].includes(query.get(name) ?? 'false');
