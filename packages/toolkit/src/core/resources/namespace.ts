import type { KubeObject } from '../../object/kube-object.ts';
import type { Resource } from '../../scheme/resource.ts';
import { age } from '../../text/age.ts';

interface Namespace extends KubeObject {
  readonly kind: 'Namespace';
  readonly status: { readonly phase?: string };
}

export const namespaceResource = {
  group: '',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  scope: 'Cluster',
  subresources: ['status'],
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    { title: 'STATUS', cell: ({ status }) => status.phase ?? '' },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
  ],
  summary: ({ status }) => status.phase ?? '',
  commands: { list: 'ignite get namespaces', remove: (name) => `ignite delete namespace/${name}` },
  applyOrder: 0,
} satisfies Resource<Namespace>;
