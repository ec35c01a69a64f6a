import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import { type ServedResource, verbsOf } from '../resource/served-resource.ts';

/** What can be done with a part of an object. */
const valueVerbs = ['get', 'patch', 'update'] as const;

/** Pure. Returns the parts of a kind's objects, with what can be done with them. */
export const subresourcesOf = (served: ServedResource): readonly Subresource[] => [
  ...served.subresources.map((name) => ({
    name,
    kind: name === 'scale' ? scaleKind : kindOf(served),
    verbs: valueVerbs,
  })),
  ...Object.entries(served.connectors ?? {}).map(([name, { kind }]) => ({
    name,
    kind: kindOf(served),
    verbs: kind === 'log' ? ['get'] : ['create', 'get'],
  })),
];

/** A kind in one version of its group. */
interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** A part of a kind's objects. */
interface Subresource {
  readonly name: string;
  /** The kind of what is read there. */
  readonly kind: GroupVersionKind;
  readonly verbs: readonly string[];
}

const scaleKind: GroupVersionKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

const kindOf = ({ group, version, kind }: ServedResource): GroupVersionKind => ({ group, version, kind });

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
    },
    ...subresourcesOf(served).map((part) => ({
      ...{ name: `${resource}/${part.name}`, singularName: '', namespaced, verbs: part.verbs },
      ...(part.kind.kind === kind ? { kind } : part.kind),
    })),
  ];
}
