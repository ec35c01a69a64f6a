import type { KubeObject } from '../../object/kube-object.ts';
import { objectKind } from '../../scheme/object-kind.ts';
import type { Resource } from '../../scheme/resource.ts';
import { age } from '../../text/age.ts';

export interface Namespace extends KubeObject {
  readonly kind: 'Namespace';
  readonly spec?: { readonly finalizers?: readonly string[] };
  readonly status: NamespaceStatus;
}

export interface NamespaceStatus {
  readonly phase?: string;
  readonly conditions?: readonly NamespaceCondition[];
}

/** What the deletion of a namespace waits for (Kubernetes: NamespaceCondition). */
export interface NamespaceCondition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

/** The namespaces of an API. */
export const namespaces = { group: '', version: 'v1', resource: 'namespaces' };

/** The namespace of those who name none. */
export const defaultNamespace = 'default';

/** The namespaces that nobody can delete. */
export const permanentNamespaces = [defaultNamespace, 'kube-system', 'kube-public'];

/** The namespaces that are there from the start, where programs look for what is of the cluster itself. */
export const systemNamespaces = [...permanentNamespaces, 'kube-node-lease'];

export const namespaceResource = {
  group: '',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  scope: 'Cluster',
  subresources: ['status', 'finalize'],
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    { title: 'STATUS', cell: ({ status }) => status.phase ?? '' },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
  ],
  summary: ({ status }) => status.phase ?? '',
  commands: { list: 'ignite get namespaces', remove: (name) => `ignite delete namespace/${name}` },
  applyOrder: 0,
} satisfies Resource<Namespace>;

export const storedNamespace = objectKind<Namespace>(namespaceResource, 'v1', (stored) => ({
  ...stored,
  status: stored.status ?? {},
}));
