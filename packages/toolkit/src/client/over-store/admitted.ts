import type { KubeObject } from '../../object/kube-object.ts';
import type { AdmittedWrite } from '../admission.ts';
import type { DeleteOptions, WriteOptions } from '../object-client.ts';
import { redrafted, validated } from './prepare-write.ts';
import type { ServedKind } from './served-kind.ts';

/** A write whose object is not valid yet. */
interface Drafted extends Pick<AdmittedWrite, 'operation' | 'subresource' | 'old'> {
  readonly kind: ServedKind;
  readonly draft: KubeObject;
}

/**
 * Returns the valid object that comes of a draft after all who have a say in it, with the managers of its fields.
 * @throws ObjectError INVALID
 */
export async function admitted(
  { draft, ...write }: Drafted,
  { admission, manage = (next) => next, dryRun = false, isOnlyTried, signal }: WriteOptions,
): Promise<KubeObject> {
  const { kind, old, subresource } = write;
  if (!admission) return validated(kind, manage(draft, old), old);
  const asked = { ...write, dryRun, isOnlyTried, signal };
  const changed = (await admission.mutate({ ...asked, object: draft })) ?? draft;
  const isOfStatus = subresource === 'status';
  const next = changed === draft ? draft : redrafted(kind, draft, { isOfStatus, changed });
  const object = validated(kind, manage(next, old), old);
  await admission.check({ ...asked, object });
  return object;
}

/** Rejects if somebody refuses that an object is deleted. */
export async function admittedDeletion(
  kind: ServedKind,
  old: KubeObject,
  { admission, dryRun = false, signal }: DeleteOptions,
): Promise<void> {
  const write: AdmittedWrite = {
    ...{ kind, old, dryRun, signal },
    operation: 'DELETE',
    subresource: undefined,
    object: undefined,
  };
  await admission?.mutate(write);
  await admission?.check(write);
}
