import { type GroupVersionResource, apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { ServedResource } from '../resource/served-resource.ts';

/** A kind in one version, with all that the documents of an API say of it. */
export type DocumentedKind = Pick<
  ServedResource,
  | keyof GroupVersionResource
  | 'kind'
  | 'isNamespaced'
  | 'subresources'
  | 'schema'
  | 'selectableFields'
  | 'mergeKeys'
  | 'view'
>;

/** Returns the name of the schema of a kind in a document, such as `example.garden.v1.Pot`. */
export const schemaNameOf = ({ group, version, kind }: DocumentedKind): string =>
  [...(group === '' ? ['io', 'k8s', 'api', 'core'] : group.split('.').toReversed()), version, kind].join('.');

/** Returns the path of a group and version in an API, such as `apis/garden.example/v1`. */
export const apiPathOf = (resource: GroupVersionResource): string =>
  `${resource.group === '' ? 'api' : 'apis'}/${apiVersionOf(resource)}`;

/** Says of what kind something in a document is (`x-kubernetes-group-version-kind`). */
export const groupVersionKindOf = ({
  group,
  version,
  kind,
}: DocumentedKind): Pick<DocumentedKind, 'group' | 'version' | 'kind'> => ({ group, version, kind });
