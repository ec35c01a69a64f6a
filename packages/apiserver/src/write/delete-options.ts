import type { DeleteOptions } from '@ignite/toolkit/client/object-client';
import { badRequest } from '@ignite/toolkit/client/object-error';
import * as v from 'valibot';
import { type Body, decodeBody } from '../request/decode-body.ts';
import { isDryRun } from './write-query.ts';

const policySchema = v.picklist(['Background', 'Foreground', 'Orphan']);
const optionsSchema = v.looseObject({
  preconditions: v.nullish(
    v.looseObject({ uid: v.nullish(v.string()), resourceVersion: v.nullish(v.string()) }),
  ),
  propagationPolicy: v.nullish(policySchema),
  orphanDependents: v.nullish(v.boolean()),
  dryRun: v.nullish(v.array(v.string()), []),
});

/**
 * Pure. Returns how something is to be deleted. A body goes before the query.
 * @throws ObjectError BAD_REQUEST, INVALID
 */
export function deleteOptions(query: URLSearchParams, body: Body): Omit<DeleteOptions, 'signal'> {
  const { success, output, issues } = v.safeParse(
    optionsSchema,
    body.bytes.length === 0 ? fromQuery(query) : decodeBody(body),
  );
  if (!success)
    throw badRequest(`the options are invalid: ${v.getDotPath(issues[0]) ?? 'they'}: ${issues[0].message}`);
  const { preconditions, propagationPolicy, orphanDependents, dryRun } = output;
  const { uid, resourceVersion } = preconditions ?? {};
  return {
    preconditions: { uid: uid ?? undefined, resourceVersion: resourceVersion ?? undefined },
    propagationPolicy: propagationPolicy ?? formerPolicy(orphanDependents),
    dryRun: isDryRun(dryRun ?? []),
  };
}

const fromQuery = (query: URLSearchParams): unknown => ({
  propagationPolicy: query.get('propagationPolicy'),
  orphanDependents: query.has('orphanDependents') ? query.get('orphanDependents') === 'true' : undefined,
  dryRun: query.getAll('dryRun'),
});

const formerPolicy = (orphans: boolean | null | undefined): 'Orphan' | 'Background' | undefined =>
  orphans === true ? 'Orphan' : orphans === false ? 'Background' : undefined;
