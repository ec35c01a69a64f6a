import { createHash } from 'node:crypto';
import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import { type ServedResource, verbsOf } from '../resource/served-resource.ts';

/** What can be done with a part of an object. */
const valueVerbs = ['get', 'patch', 'update'] as const;

/** Pure. Returns the parts of a kind's objects, with what can be done with them. */
export const subresourcesOf = ({
  subresources,
  connectors = {},
}: ServedResource): readonly { readonly name: string; readonly verbs: readonly string[] }[] => [
  ...subresources.map((name) => ({ name, verbs: valueVerbs })),
  ...Object.entries(connectors).map(([name, { kind }]) => ({
    name,
    verbs: kind === 'log' ? ['get'] : ['create', 'get'],
  })),
];

/** Pure. Returns the kinds of one version of a group (Kubernetes: APIResourceList). */
export const resourceList = (groupVersion: string, resources: readonly ServedResource[]): object => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: resources.filter((each) => apiVersionOf(each) === groupVersion).flatMap(entries),
});

function entries(served: ServedResource): readonly object[] {
  const { resource, singular, kind, isNamespaced, shortNames, categories } = served;
  const namespaced = isNamespaced;
  return [
    {
      ...{ name: resource, singularName: singular, namespaced, kind, verbs: verbsOf(served) },
      ...(shortNames.length > 0 && { shortNames }),
      ...(categories.length > 0 && { categories }),
      storageVersionHash: storageVersionHash(served),
    },
    ...subresourcesOf(served).map((part) => ({
      ...{ name: `${resource}/${part.name}`, singularName: '', namespaced, kind, verbs: part.verbs },
    })),
  ];
}

/** Tells clients when objects of a kind begin to be stored in another version. */
const storageVersionHash = ({ group, version, kind }: ServedResource): string =>
  createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64');
