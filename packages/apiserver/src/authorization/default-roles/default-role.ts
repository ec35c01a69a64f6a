import type { PolicyRule } from '@ignite/toolkit/access/resources/role';

/** A role that every server has, and to whom it is given. */
export interface DefaultRole {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  /** The role that has the rules of this one too. */
  readonly partOf?: GatheringRole;
  /** The groups to which the role is given at once. */
  readonly groups?: readonly string[];
}

/** The roles of Kubernetes that are put together from others. Each is part of the one before it. */
export const gatheringRoles = ['admin', 'edit', 'view'] as const;
export type GatheringRole = (typeof gatheringRoles)[number];

export const readVerbs = ['get', 'list', 'watch'] as const;
export const writeVerbs = ['create', 'delete', 'deletecollection', 'patch', 'update'] as const;

/** Returns a rule about resources. */
export const rule = (
  verbs: readonly string[],
  apiGroups: readonly string[],
  resources: readonly string[],
): PolicyRule => ({ verbs, apiGroups, resources });
