import { Pointer, applyPatch } from 'rfc6902';
import type { KubeObject, ObjectMeta } from '../../object/kube-object.ts';
import { mergePatch } from '../../patch/merge-patch.ts';
import type { JsonPatchOperation, ObjectPatch } from '../object-client.ts';
import { ObjectError, badRequest } from '../object-error.ts';

/**
 * Pure. Returns an object after a patch, with the version that it was read at unless the patch gives one.
 * @throws ObjectError INVALID, BAD_REQUEST
 */
export function patchedObject(old: KubeObject, patch: ObjectPatch): KubeObject {
  const next: unknown =
    patch.type === 'merge' ? mergePatch(old, patch.changes) : jsonPatched(old, patch.operations);
  const { metadata } = next as { readonly metadata?: Partial<ObjectMeta> };
  const { name, namespace } = old.metadata;
  if (metadata?.name !== name)
    throw badRequest(
      `the name of the object (${metadata?.name ?? ''}) does not match the name on the URL (${name})`,
    );
  if (metadata.namespace !== namespace)
    throw badRequest('the namespace of the object does not match the namespace on the URL');
  const { resourceVersion = old.metadata.resourceVersion } = metadata;
  return { ...(next as KubeObject), metadata: { ...(metadata as ObjectMeta), resourceVersion } };
}

/** The most characters of JSON that the copies of one patch may add, as in Kubernetes: each could double the object. */
const mostCopied = 3 * 1_024 * 1_024;

function jsonPatched(old: KubeObject, operations: readonly JsonPatchOperation[]): unknown {
  const next = structuredClone(old);
  let copied = 0;
  for (const [at, operation] of operations.entries()) {
    copied += copiedLength(next, operation);
    if (copied > mostCopied)
      throw badRequest(`the copies of a JSON patch cannot add more than ${mostCopied} characters`);
    const failure = failureOf(next, operation);
    if (failure) throw failedOperation(at, failure);
  }
  return next;
}

/** The library passes over these names instead of looking for a field. */
const passedOver = /\/(__proto__|constructor|prototype)(\/|$)/;

/** Pure. Returns the length of the JSON that an operation copies. What is not there is left to the operation to tell. */
function copiedLength(document: KubeObject, operation: JsonPatchOperation): number {
  if (operation.op !== 'copy' || !isPointer(operation.from)) return 0;
  const value: unknown = Pointer.fromJSON(operation.from).get(document);
  return (JSON.stringify(value) as string | undefined)?.length ?? 0;
}

const isPointer = (text: string): boolean => /^(\/|$)/.test(text) && !passedOver.test(text);

/** Carries out an operation in place. Returns why it failed. */
function failureOf(document: KubeObject, operation: JsonPatchOperation): Error | null | undefined {
  const paths = 'from' in operation ? [operation.path, operation.from] : [operation.path];
  if (paths.some((path) => passedOver.test(path)))
    throw badRequest(`a JSON patch cannot change "${operation.path}"`);
  try {
    return applyPatch(document, [operation])[0];
  } catch (cause) {
    throw badRequest(`"${operation.path}" is not a path of a JSON patch`, cause);
  }
}

function failedOperation(at: number, cause: Error): ObjectError {
  const message = `operation ${at} of the patch failed: ${cause.message}`;
  const causes = [{ field: 'patch', reason: 'FieldValueInvalid', message }];
  return new ObjectError('INVALID', message, { cause, causes });
}
