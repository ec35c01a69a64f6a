import { isDeepStrictEqual } from 'node:util';
import type { ClusterRoleBinding } from '@ignite/toolkit/access/resources/binding';
import type { ClusterRole } from '@ignite/toolkit/access/resources/role';
import { KindClient, type NewOfKind } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { clientKinds } from '../access-kinds.ts';
import {
  type WantedBinding,
  type WantedRole,
  autoUpdateAnnotation,
  wantedBindings,
  wantedRoles,
} from './default-objects.ts';
import { igniteRoles } from './ignite-roles.ts';
import { kubernetesRoles } from './kubernetes-roles.ts';
import { uncoveredRules } from '../writes/uncovered-rules.ts';

const defaultRoles = [...kubernetesRoles, ...igniteRoles];

/**
 * Creates the roles and bindings that every server has, and adds what is missing in those that there are. What
 * an administrator added stays, and so does everything in those that are annotated to be left alone.
 */
export async function reconcileDefaults(client: ObjectClient, signal: AbortSignal): Promise<void> {
  const roles = new KindClient(client, clientKinds.clusterRoles);
  const bindings = new KindClient(client, clientKinds.clusterRoleBindings);
  for (const wanted of wantedRoles(defaultRoles))
    await createOrChange(roles, wanted, (role) => reconciledRole(role, wanted), signal);
  for (const wanted of wantedBindings(defaultRoles))
    await createOrChange(bindings, wanted, (binding) => reconciledBinding(binding, wanted), signal);
}

async function createOrChange<T extends KubeObject>(
  client: KindClient<T>,
  wanted: NewOfKind & { readonly metadata: { readonly name: string } },
  change: (now: T) => T,
  signal: AbortSignal,
): Promise<void> {
  const { name } = wanted.metadata;
  try {
    await client.create(wanted, { signal });
  } catch (failure) {
    if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure;
    await client.modify({ name }, change, { signal });
  }
}

/** Pure. Returns a role with what it lacks of the wanted one, or the role itself. */
function reconciledRole(role: ClusterRole, wanted: WantedRole): ClusterRole {
  if (isLeftAlone(role)) return role;
  const missing = uncoveredRules(role.rules, wanted.rules);
  const { aggregationRule, ...kept } = role;
  return sameOr(role, {
    ...kept,
    ...reconciledMetadata(role, wanted),
    rules: missing.length === 0 ? role.rules : [...role.rules, ...missing],
    ...(wanted.aggregationRule && {
      aggregationRule: {
        clusterRoleSelectors: union(
          aggregationRule?.clusterRoleSelectors ?? [],
          wanted.aggregationRule.clusterRoleSelectors,
        ),
      },
    }),
  });
}

/** Pure. Returns a binding with the subjects that it lacks, or the binding itself. */
const reconciledBinding = (binding: ClusterRoleBinding, wanted: WantedBinding): ClusterRoleBinding =>
  isLeftAlone(binding)
    ? binding
    : sameOr(binding, {
        ...binding,
        ...reconciledMetadata(binding, wanted),
        subjects: union(binding.subjects, wanted.subjects),
      });

const isLeftAlone = ({ metadata }: KubeObject): boolean =>
  metadata.annotations[autoUpdateAnnotation] === 'false';

const reconciledMetadata = (
  { metadata }: KubeObject,
  { metadata: { labels, annotations } }: WantedRole | WantedBinding,
): Pick<KubeObject, 'metadata'> => ({
  metadata: {
    ...metadata,
    labels: { ...labels, ...metadata.labels },
    annotations: { ...annotations, ...metadata.annotations },
  },
});

const union = <T>(present: readonly T[], wanted: readonly T[]): readonly T[] => [
  ...present,
  ...wanted.filter((each) => !present.some((known) => isDeepStrictEqual(known, each))),
];

const sameOr = <T>(now: T, next: T): T => (isDeepStrictEqual(now, next) ? now : next);
