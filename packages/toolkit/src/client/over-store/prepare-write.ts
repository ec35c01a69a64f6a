import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ObjectMeta } from '../../object/kube-object.ts';
import type { NewObject } from '../object-client.ts';
import { type ErrorCause, ObjectError, badRequest, invalid } from '../object-error.ts';
import { type ObjectKey, apiVersionOf } from '../group-version-resource.ts';
import { generatedName } from './generated-name.ts';
import { metadataProblems } from './metadata-problems.ts';
import type { ServedKind } from './served-kind.ts';

/** The pure rules of writes, which are those of a Kubernetes API server. */

/** What a server adds to the metadata of a new object. */
export interface Birth {
  readonly uid: string;
  readonly creationTimestamp: string;
  /** What completes a name that has only its beginning. */
  readonly suffix: string;
}

/**
 * Returns a new object as it would be stored if it were valid.
 * @throws ObjectError INVALID, BAD_REQUEST, METHOD_NOT_ALLOWED
 */
export function draftCreate(kind: ServedKind, wanted: NewObject, birth: Birth): KubeObject {
  if (kind.origin !== undefined) throw uncreatable(kind.kind, kind.origin);
  if (wanted.metadata.resourceVersion) throw badRequest('a new object has no resourceVersion');
  const { status, ...rest } = checkedType(kind, wanted);
  const given = kind.hasStatus && !kind.trustsAuthor ? undefined : status;
  const firstStatus = given ?? (kind.hasStatus ? kind.initialStatus : undefined);
  return withDefaults(kind, {
    ...rest,
    ...(firstStatus !== undefined && { status: firstStatus }),
    metadata: newMetadata(wanted.metadata, birth),
  });
}

const uncreatable = (kind: string, origin: string): ObjectError =>
  new ObjectError('METHOD_NOT_ALLOWED', `no object of the kind ${kind} can be created here: ${origin}`);

function newMetadata(wanted: NewObject['metadata'], { uid, creationTimestamp, suffix }: Birth): ObjectMeta {
  const {
    generateName,
    deletionTimestamp: _forged,
    deletionGracePeriodSeconds: _derived,
    ...metadata
  } = wanted;
  const name = metadata.name || (generateName ? generatedName(generateName, suffix) : '');
  return {
    ...(generateName && { generateName }),
    namespace: '',
    labels: {},
    annotations: {},
    finalizers: [],
    ...metadata,
    name,
    uid,
    creationTimestamp,
    resourceVersion: '',
    generation: 1,
  };
}

/**
 * Returns an object as it would be after an update, if it were valid.
 * @throws ObjectError INVALID, CONFLICT, BAD_REQUEST
 */
export function draftUpdate(kind: ServedKind, old: KubeObject, wanted: KubeObject): KubeObject {
  checkVersion(kind, old, wanted);
  const { status, ...rest } = checkedType(kind, wanted);
  const keptStatus = kind.hasStatus ? old.status : status;
  return withDefaults(kind, {
    ...rest,
    ...(keptStatus !== undefined && { status: keptStatus }),
    metadata: keptMetadata(old.metadata, wanted.metadata),
  });
}

/**
 * Returns an object as it would be after an update of its status, if it were valid.
 * @throws ObjectError INVALID, CONFLICT, BAD_REQUEST
 */
export function draftStatus(kind: ServedKind, old: KubeObject, wanted: KubeObject): KubeObject {
  checkVersion(kind, old, wanted);
  const { status } = checkedType(kind, wanted);
  const { status: _old, ...kept } = old;
  const next = {
    ...kept,
    ...(status !== undefined && { status }),
    metadata: kind.statusHasMetadata
      ? keptMetadata(old.metadata, wanted.metadata)
      : managedMetadata(old.metadata, wanted.metadata),
  };
  const { status: completed, metadata: labelled } = withDefaults(kind, next);
  return {
    ...kept,
    metadata: kind.statusHasMetadata ? labelled : next.metadata,
    ...(completed !== undefined && { status: completed }),
  };
}

/** Returns a draft that others have changed, without the changes that no author of an object may make. */
export function redrafted(kind: ServedKind, draft: KubeObject, { isOfStatus, changed }: Redraft): KubeObject {
  if (isOfStatus) {
    const { status: _draft, ...kept } = draft;
    return withDefaults(kind, { ...kept, ...(changed.status !== undefined && { status: changed.status }) });
  }
  const { status, ...rest } = checkedType(kind, changed);
  const { name, namespace } = draft.metadata;
  const metadata = { ...keptMetadata(draft.metadata, changed.metadata), name, namespace };
  const wanted = kind.hasStatus ? draft.status : status;
  return withDefaults(kind, { ...rest, ...(wanted !== undefined && { status: wanted }), metadata });
}

interface Redraft {
  readonly isOfStatus: boolean;
  readonly changed: KubeObject;
}

/** Returns the metadata after an update of the status, which may have other managers then and nothing else. */
function managedMetadata(old: ObjectMeta, { managedFields }: ObjectMeta): ObjectMeta {
  return managedFields === undefined ? old : { ...old, managedFields };
}

/** Returns the metadata that is wanted, except for what only a server sets. */
function keptMetadata(old: ObjectMeta, wanted: ObjectMeta): ObjectMeta {
  const { deletionTimestamp: _forged, deletionGracePeriodSeconds: _derived, ...changed } = wanted;
  const { uid, resourceVersion, generation, creationTimestamp, deletionTimestamp } = old;
  return {
    ...changed,
    namespace: old.namespace,
    labels: changed.labels ?? {},
    annotations: changed.annotations ?? {},
    finalizers: changed.finalizers ?? [],
    uid,
    resourceVersion,
    generation,
    creationTimestamp,
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
  };
}

function checkVersion(kind: ServedKind, old: KubeObject, { metadata }: KubeObject): void {
  const { uid, resourceVersion } = metadata;
  if (!resourceVersion)
    throw invalid(keyOf(kind, old), [
      {
        field: 'metadata.resourceVersion',
        reason: 'FieldValueInvalid',
        message: 'must be specified for an update',
      },
    ]);
  if ((uid && uid !== old.metadata.uid) || resourceVersion !== old.metadata.resourceVersion)
    throw new ObjectError(
      'CONFLICT',
      `${kind.kind} "${old.metadata.name}" was changed by someone else in the meantime`,
    );
}

function checkedType<T extends NewObject | KubeObject>(kind: ServedKind, object: T): T {
  if (object.apiVersion !== apiVersionOf(kind))
    throw badRequest(`the object is of ${object.apiVersion}, not of ${apiVersionOf(kind)}`);
  if (object.kind === kind.kind) return object;
  const { namespace, name = '' } = object.metadata;
  const message = `"${object.kind}" must be ${kind.kind}`;
  throw invalid({ ...kind, namespace, name }, [{ field: 'kind', reason: 'FieldValueInvalid', message }]);
}

const withDefaults = (kind: ServedKind, object: KubeObject): KubeObject =>
  kind.withDefaults?.(object) ?? object;

/**
 * Returns an object that is valid. What was wrong with it before, when the rules were others, does not hinder a
 * change of it.
 * @throws ObjectError INVALID
 */
export function validated(kind: ServedKind, object: KubeObject, old: KubeObject | undefined): KubeObject {
  const causes = kind.trustsAuthor ? [] : problemsOf(kind, object, old);
  if (causes.length === 0) return object;
  const before = old ? problemsOf(kind, old, undefined) : [];
  const added = causes.filter((cause) => !before.some((known) => isDeepStrictEqual(known, cause)));
  if (added.length > 0) throw invalid(keyOf(kind, object), added);
  return object;
}

const problemsOf = (
  kind: ServedKind,
  object: KubeObject,
  old: KubeObject | undefined,
): readonly ErrorCause[] => [
  ...metadataProblems(object, old, kind.names),
  ...(kind.problems?.(object, old) ?? []),
];

const keyOf = (kind: ServedKind, { metadata: { namespace, name } }: KubeObject): ObjectKey => ({
  ...kind,
  namespace,
  name,
});
