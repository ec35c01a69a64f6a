import type { Kind } from '../scheme/kind.ts';
import { clusterRoleBindingKind, roleBindingKind } from './binding.ts';
import { clusterRoleKind, roleKind } from './role.ts';
import { serviceAccountKind } from './service-account.ts';

/** The kinds of Kubernetes that say who may do what. */
export const accessKinds: readonly Kind[] = [
  serviceAccountKind,
  roleKind,
  clusterRoleKind,
  roleBindingKind,
  clusterRoleBindingKind,
];
