import { nearest } from '@ignite/toolkit/text/nearest';
import { apiVersion } from '@ignite/api/v1/group';
import type { ObjectKey } from '@ignite/toolkit/object/object-key';
import { type GroupKind, groupOf } from '@ignite/toolkit/object/group-kind';
import { usageError } from '../../arguments/usage-error.ts';

export const declaredKinds = ['VM', 'Image', 'Kernel', 'Volume', 'GitSource', 'Sync'] as const;
export type DeclaredKind = (typeof declaredKinds)[number];

/** Returns the kind with its group, as the store has it. */
export const groupKind = (kind: string): GroupKind => ({
  group: kind === 'GitSource' || kind === 'Sync' ? 'gitops.weave.works' : groupOf(apiVersion),
  kind,
});

/** `vm`, `VMs`, `gitsources`… @throws CodedError USAGE_INVALID */
export function parseKind(text: string): DeclaredKind {
  const lower = text.toLowerCase();
  const kind = declaredKinds.find((each) => [each.toLowerCase(), `${each.toLowerCase()}s`].includes(lower));
  if (kind) return kind;
  const names = declaredKinds.map((each) => each.toLowerCase());
  const meant = nearest(lower, names);
  throw usageError(
    `unknown kind "${text}"`,
    meant ? `did you mean "${meant}"?` : `use one of ${names.join(', ')}`,
  );
}

/** `vm/web`. @throws CodedError USAGE_INVALID */
export function parseKey(text: string): ObjectKey {
  const [kind = '', name = '', ...more] = text.split('/');
  if (name === '' || more.length > 0)
    throw usageError(`not an object: "${text}"`, 'use KIND/NAME, such as vm/web');
  return { kind: parseKind(kind), namespace: 'default', name };
}
