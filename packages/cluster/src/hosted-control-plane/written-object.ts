import type { KindResource } from '@ignite/toolkit/client/kind-client';
import { configMaps } from '../workload/node.ts';

/** An object that is written into a cluster. */
export interface WrittenObject {
  readonly resource: KindResource;
  readonly metadata: {
    readonly namespace?: string;
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  /** All but the metadata. */
  readonly content: Readonly<Record<string, unknown>>;
  /** Set for what people may change: it is written once. */
  readonly isTheirs?: true;
  /** The number of replicas that it begins with, which people may change. */
  readonly replicas?: number;
}

const rbacGroup = 'rbac.authorization.k8s.io';

export const user = (name: string): object => ({ apiGroup: rbacGroup, kind: 'User', name });
export const group = (name: string): object => ({ apiGroup: rbacGroup, kind: 'Group', name });
export const account = (name: string): object => ({ kind: 'ServiceAccount', namespace: 'kube-system', name });

export const configMap = (
  namespace: string,
  name: string,
  data: Readonly<Record<string, string>>,
): WrittenObject => ({
  resource: configMaps,
  metadata: { namespace, name },
  content: { data },
});

export const serviceAccount = (name: string): WrittenObject => ({
  resource: { group: '', version: 'v1', resource: 'serviceaccounts', kind: 'ServiceAccount' },
  metadata: { namespace: 'kube-system', name },
  content: {},
});

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export const role = (
  {
    kind,
    ...metadata
  }: { readonly kind: 'Role' | 'ClusterRole'; readonly namespace?: string; readonly name: string },
  rules: readonly Rule[],
): WrittenObject => ({
  resource: { group: rbacGroup, version: 'v1', resource: `${kind.toLowerCase()}s`, kind },
  metadata,
  content: { rules },
});

/** Returns bindings of ClusterRoles: the name of the binding, that of the role, and who has it. */
export const bindingsOf = (
  bindings: readonly (readonly [name: string, role: string, subjects: readonly object[]])[],
): readonly WrittenObject[] =>
  bindings.map(([name, of, subjects]) => ({
    resource: {
      group: rbacGroup,
      version: 'v1',
      resource: 'clusterrolebindings',
      kind: 'ClusterRoleBinding',
    },
    metadata: { name },
    content: { roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: of }, subjects },
  }));
