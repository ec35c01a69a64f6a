import type { LiveObject } from '@ignite/toolkit/apply/actuator';
import type { SyncPlan } from '@ignite/toolkit/apply/plan-apply';
import { defaultNamespace } from '@ignite/toolkit/core/resources/namespace';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { keyText, objectKey } from '@ignite/toolkit/object/object-key';

export type NamespaceErrorCode = 'NAMESPACE_MISSING';

/** The kinds that ignited itself creates, which asks for no namespace. All others are created through its API. */
const createdByCalls: readonly string[] = ['VM', 'Volume', 'Snapshot'];

/**
 * Checks that a plan for another host creates nothing that its API would refuse for want of a namespace, half way
 * through.
 * @throws CodedError NAMESPACE_MISSING
 */
export function assertNamespaces({ stages }: Pick<SyncPlan, 'stages'>, live: readonly LiveObject[]): void {
  const created = stages
    .flat()
    .filter(({ kind, held }) => kind === 'create' && held === undefined)
    .map(({ key }) => key);
  const declared = [...live.map(objectKey), ...created].filter(({ kind }) => kind === 'Namespace');
  const known = ['', defaultNamespace, ...declared.map(({ name }) => name)];
  const [lost] = created.filter(
    ({ kind, namespace }) => !createdByCalls.includes(kind) && !known.includes(namespace),
  );
  if (lost)
    throw new CodedError<NamespaceErrorCode>(
      'NAMESPACE_MISSING',
      `${keyText(lost)}: the other host has no namespace "${lost.namespace}"`,
      { hint: 'apply a Namespace of that name first, or along with it; nothing was changed' },
    );
}
