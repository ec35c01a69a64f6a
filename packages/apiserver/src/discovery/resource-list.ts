import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import { type ServedResource, verbsOf } from '../resource/served-resource.ts';

/** What can be done with a part of an object. */
export const subresourceVerbs = ['get', 'patch', 'update'] as const;

/** Pure. Returns the kinds of one version of a group (Kubernetes: APIResourceList). */
export const resourceList = (groupVersion: string, resources: readonly ServedResource[]): object => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: resources.filter((each) => apiVersionOf(each) === groupVersion).flatMap(entries),
});

function entries(served: ServedResource): readonly object[] {
  const { resource, singular, kind, isNamespaced, shortNames, categories, subresources } = served;
  const namespaced = isNamespaced;
  return [
    {
      ...{ name: resource, singularName: singular, namespaced, kind, verbs: verbsOf(served) },
      ...(shortNames.length > 0 && { shortNames }),
      ...(categories.length > 0 && { categories }),
    },
    ...subresources.map((part) => ({
      ...{ name: `${resource}/${part}`, singularName: '', namespaced, kind, verbs: subresourceVerbs },
    })),
  ];
}
