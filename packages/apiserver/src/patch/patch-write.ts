import { setTimeout as delay } from 'node:timers/promises';
import type { NewObject, ObjectClient } from '@ignite/toolkit/client/object-client';
import { ObjectError, badRequest } from '@ignite/toolkit/client/object-error';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { mergePatch } from '@ignite/toolkit/patch/merge-patch';
import { type Body, decodeBody } from '../request/decode-body.ts';
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

/** Returns the changes of a patch without unknown fields. To remove what nobody knows is no mistake. */
export function checkedChanges({ request, query, body }: PatchWrite): CheckedFields<Changes> {
  const changes = decodeBody(body);
  if (typeof changes !== 'object' || changes === null || Array.isArray(changes))
    throw badRequest('the patch is no object');
  const { metadata = {}, ...content } = mergePatch({}, changes) as Changes;
  const added = { ...content, metadata } as KubeObject;
  const unknown = isOfStatus(request) ? [] : request.resource.unknownFields(added);
  return checkedFields(changes as Changes, { unknown, duplicate: duplicateIn(body) }, query.fieldValidation);
}

/** Writes what has become of the object that was read. */
export async function replace(
  client: ObjectClient,
  { request, query }: PatchWrite,
  next: NewObject,
): Promise<KubeObject> {
  const { resource, signal } = request;
  const { dryRun } = query;
  const wanted = next as KubeObject;
  return isOfStatus(request)
    ? await client.updateStatus(resource, wanted, { dryRun, signal })
    : await client.update(resource, wanted, { dryRun, signal });
}

/** How often a change that someone else came before is tried again, and the pause before that, in milliseconds. */
const [mostTries, pauseMs] = [5, 10];

/** A patch of what is there now does not fail because that has changed since it was read. */
export async function untilNobodyInterferes<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (failure) {
      const isDispute = failure instanceof ObjectError && failure.causes.length > 0;
      if (!hasCode(failure, 'CONFLICT') || isDispute || tries === mostTries) throw failure;
      await delay(pauseMs, undefined, { signal });
    }
  }
}
