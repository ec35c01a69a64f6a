import type { KubeObject } from '../../object/kube-object.ts';
import type { Resource } from '../../scheme/resource.ts';
import { objectKind } from '../../store/object-kind.ts';
import { age } from '../../text/age.ts';

export interface ServiceAccount extends KubeObject {
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

export const storedServiceAccount = objectKind<ServiceAccount>({ apiVersion: 'v1', kind: 'ServiceAccount' });
