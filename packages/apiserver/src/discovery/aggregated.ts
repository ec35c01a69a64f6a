import { parseAccept } from '../request/media-type.ts';
import { type ServedResource, verbsOf } from '../resource/served-resource.ts';
import type { ServedGroup } from './group-list.ts';
import { subresourcesOf } from './resource-list.ts';

const group = 'apidiscovery.k8s.io';
const versions: readonly string[] = ['v2', 'v2beta1'];

/**
 * Pure. Returns the version of aggregated discovery that a client accepts before plain discovery. Clients look
 * for exactly the version that they asked for.
 */
export function aggregatedVersion(accept: string | undefined): string | undefined {
  const [first] = parseAccept(accept ?? '').filter(
    ({ parameters: { g, v = '', as } }) =>
      as === undefined || (g === group && versions.includes(v) && as === 'APIGroupDiscoveryList'),
  );
  return first?.parameters['as'] === undefined ? undefined : first.parameters['v'];
}

export const aggregatedMediaType = (version: string): string =>
  `application/json;g=${group};v=${version};as=APIGroupDiscoveryList`;

/** Pure. Returns groups with all that is in them (Kubernetes: APIGroupDiscoveryList). */
export const groupDiscoveryList = (groups: readonly ServedGroup[], version: string): object => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: `${group}/${version}`,
  metadata: {},
  items: groups.map((each) => ({
    metadata: { name: each.name, creationTimestamp: null },
    versions: each.versions.map(({ version: name, resources }) => ({
      version: name,
      resources: resources.map(discovered),
      freshness: 'Current',
    })),
  })),
});

function discovered(served: ServedResource): object {
  const { version, kind, shortNames, categories } = served;
  const subresources = subresourcesOf(served);
  const responseKind = { group: served.group, version, kind };
  return {
    resource: served.resource,
    responseKind,
    scope: served.isNamespaced ? 'Namespaced' : 'Cluster',
    singularResource: served.singular,
    verbs: verbsOf(served),
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && {
      subresources: subresources.map((part) => ({
        subresource: part.name,
        responseKind: part.kind,
        verbs: part.verbs,
      })),
    }),
  };
}
