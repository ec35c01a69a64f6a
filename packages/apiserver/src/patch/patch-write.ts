import { badRequest } from '@ignite/toolkit/client/object-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { mergePatch } from '@ignite/toolkit/patch/merge-patch';
import { type Body, decodeBody } from '../request/decode-body.ts';
import { isRecord } from '../structural-schema/json-record.ts';
import { type CheckedFields, checkedFields } from '../write/field-validation.ts';
import { type ObjectRequest, isOfStatus } from '../resource/object-request.ts';
import { duplicateIn } from '../write/sent-object.ts';
import type { WriteQuery } from '../write/write-query.ts';

/** A request to patch an object. */
export interface PatchWrite {
  readonly request: ObjectRequest;
  readonly query: WriteQuery;
  readonly body: Body;
}

export type Changes = Readonly<Record<string, unknown>>;

/**
 * Returns the changes of a patch without unknown fields. To remove what nobody knows is no mistake. Directives are no
 * fields of the object.
 */
export function checkedChanges(
  { request, query, body }: PatchWrite,
  isDirective: (name: unknown) => boolean = () => false,
): CheckedFields<Changes> {
  const changes = decodeBody(body);
  if (typeof changes !== 'object' || changes === null || Array.isArray(changes))
    throw badRequest('the patch is no object');
  const { metadata = {}, ...content } = mergePatch({}, changes) as Changes;
  if (!isRecord(metadata)) throw badRequest('the metadata of the patch are no object');
  const added = { ...content, metadata } as KubeObject;
  const found = isOfStatus(request) ? [] : request.resource.unknownFields(added);
  const unknown = found.filter((path) => !isDirective(path.at(-1)));
  return checkedFields(
    changes as Changes,
    { unknown, duplicate: duplicateIn(body) },
    {
      validation: query.fieldValidation,
    },
  );
}
