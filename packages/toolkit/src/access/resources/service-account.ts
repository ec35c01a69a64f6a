import type { KubeObject } from '../../object/kube-object.ts';
import type { Resource } from '../../scheme/resource.ts';
import { age } from '../../text/age.ts';

interface ServiceAccount extends KubeObject {
  readonly kind: 'ServiceAccount';
}

export const serviceAccountResource = {
  group: '',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  scope: 'Namespaced',
  subresources: ['token'],
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
  ],
} satisfies Resource<ServiceAccount>;
