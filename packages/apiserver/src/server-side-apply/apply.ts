import { isDeepStrictEqual } from 'node:util';
import { type ErrorCause, type ObjectError, badRequest } from '@ignite/toolkit/client/object-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { StructuralSchema } from '../structural-schema/structural-schema.ts';
import { withoutNulls } from '../structural-schema/without-nulls.ts';
import { listProblems } from '../structural-schema/validation/list-problems.ts';
import { validationProblems } from '../structural-schema/validation/validate.ts';
import { conflictError } from './conflicts.ts';
import { fieldSetOf } from './fields/field-set-of.ts';
import { type Manager, isSameManager, managedPart, managersOf, withManagers } from './managers.ts';
import { merged } from './fields/merge.ts';
import { prunedOf } from './prune-applied.ts';
import { fittedManagers, managersAfterChange } from './reconcile-managers.ts';
import { type ConvertTo, emptyObject, managedObject } from './typed-object.ts';
import { updateManagers } from './update-managers.ts';

/** Who applies fields, and how. */
export interface ApplySettings {
  readonly manager: string;
  /** Whether fields are taken from others who manage them. */
  readonly force: boolean;
  /** The part of the object that is written; empty for the object itself. */
  readonly subresource: string;
  /** The present (RFC 3339). */
  readonly time: string;
  readonly convertTo: ConvertTo;
}

/**
 * Returns an object after somebody has applied fields to it, with its managers in the metadata: fields are merged,
 * and those that the same manager applied before and does not apply any more are removed (Kubernetes: server-side
 * apply). `applied` is the object as it is wanted, in part, without the status or with nothing else.
 * @throws ObjectError CONFLICT, with a cause for each field that has another manager, BAD_REQUEST
 */
export function apply(
  live: KubeObject | undefined,
  applied: KubeObject,
  settings: ApplySettings,
): KubeObject {
  const { manager, force, subresource, time, convertTo } = settings;
  const { apiVersion } = applied;
  const wanted = managedObject(applied);
  const { schema } = convertTo(wanted, apiVersion) ?? {};
  checkApplied(applied, live, schema);
  const old = live && managedObject(live);
  const base = old ?? emptyObject(wanted);
  const before = old ? fittedManagers(knownManagers(live, settings), old, convertTo) : [];
  const fields = fieldSetOf(wanted, schema);
  const self: Manager = { manager, operation: 'Apply', apiVersion, subresource, fields };
  const last = before.find((each) => isSameManager(each, self));
  const others = before.filter((each) => each !== last);
  const together = merged(base, wanted, schema) as KubeObject;
  const next = prunedOf(together, last, [...others, self], convertTo);
  const { managers, conflicts } = managersAfterChange(others, { live: base, next }, convertTo);
  if (conflicts.length > 0 && !force) throw conflictError(conflicts);
  const isSame = old !== undefined && isDeepStrictEqual(old, next);
  const own = { ...self, fields: managedPart(fields), time: (isSame ? last?.time : undefined) ?? time };
  return withManagers(next, [...managers, own]);
}

function checkApplied(
  applied: KubeObject,
  live: KubeObject | undefined,
  schema: StructuralSchema | undefined,
): void {
  if (applied.metadata['managedFields'] !== undefined) throw badRequest('metadata.managedFields must be nil');
  if (live && live.apiVersion !== applied.apiVersion)
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${applied.apiVersion}, expected: ${live.apiVersion}`,
    );
  const [wrong] = schema ? [...typeProblems(applied, schema), ...listProblems(applied, schema)] : [];
  if (wrong) throw untyped(applied, wrong);
}

/** Returns what is not of its type. A field may be null, which says nothing of it. */
const typeProblems = (applied: KubeObject, schema: StructuralSchema): readonly ErrorCause[] =>
  validationProblems(withoutNulls(applied), schema).filter(
    ({ reason }) => reason === 'FieldValueTypeInvalid',
  );

function untyped({ apiVersion, kind, metadata }: KubeObject, { field, message }: ErrorCause): ObjectError {
  const place = `${metadata.namespace}/${metadata.name}; ${apiVersion}, Kind=${kind}`;
  return badRequest(`failed to create typed patch object (${place}): .${field}: ${message}`);
}

/** Fields of an object that nobody is known to manage have a manager of their own, so that they stay. */
function knownManagers(live: KubeObject, settings: ApplySettings): readonly Manager[] {
  const known = managersOf(live.metadata);
  if (known.length > 0) return known;
  const { convertTo } = settings;
  const written = { manager: 'before-first-apply', subresource: '', convertTo };
  return managersOf(updateManagers(undefined, live, written).metadata);
}
