import type { JsonPatchOperation } from '@ignite/toolkit/client/object-client';
import { badRequest } from '@ignite/toolkit/client/object-error';
import * as v from 'valibot';

/** The most operations of one patch, as in Kubernetes. */
const mostOperations = 10_000;

const path = v.string();
const operationSchema = v.variant('op', [
  v.object({ op: v.picklist(['add', 'replace', 'test']), path, value: v.unknown() }),
  v.object({ op: v.literal('remove'), path }),
  v.object({ op: v.picklist(['move', 'copy']), from: v.string(), path }),
]);
const patchSchema = v.pipe(v.array(operationSchema), v.maxLength(mostOperations));

/**
 * Pure. Returns the operations of a JSON patch.
 * @throws ObjectError BAD_REQUEST
 */
export function jsonPatchBody(content: unknown): readonly JsonPatchOperation[] {
  const { success, output, issues } = v.safeParse(patchSchema, content);
  if (success) return output as readonly JsonPatchOperation[];
  throw badRequest(`the body is no JSON patch: ${v.getDotPath(issues[0]) ?? 'it'}: ${issues[0].message}`);
}
