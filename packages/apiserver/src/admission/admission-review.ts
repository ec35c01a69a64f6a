import { randomUUID } from 'node:crypto';
import type { AdmittedWrite } from '@ignite/toolkit/client/admission';
import type { JsonPatchOperation } from '@ignite/toolkit/client/object-client';
import { patchedObject } from '@ignite/toolkit/client/over-store/patched-object';
import type { KubeObject, ObjectMeta } from '@ignite/toolkit/object/kube-object';
import * as v from 'valibot';
import type { UserInfo } from '../request/user-info.ts';
import type { UserWrite } from '../request/user-write.ts';
import { wireObject } from '../response/wire-object.ts';
import type { Refusal } from './refused-by-webhook.ts';

/** What a webhook is asked about. */
export interface ReviewedWrite extends AdmittedWrite {
  /** The version in which the webhook knows the kind. The objects are in it. */
  readonly version: string;
  readonly user: UserInfo;
}

/**
 * Pure. Tells whether others are told of a write as a dry run. A server tries a write before it makes it: others are told of that try
 * as of the request itself, unless nothing follows it or it is a deletion.
 */
export const isToldDry = (
  { operation, dryRun, isOnlyTried }: AdmittedWrite,
  { isDryRun }: Pick<UserWrite, 'isDryRun'>,
): boolean => (operation === 'DELETE' || isOnlyTried === true ? dryRun : isDryRun);

/** Pure. Returns the request of a review, without its uid. */
export function reviewRequest(write: ReviewedWrite): Readonly<Record<string, unknown>> {
  const { kind, operation, subresource, object, old, dryRun, version, user } = write;
  const { namespace, name } = (object ?? old)!.metadata;
  const { group } = kind;
  return {
    kind: { group, version, kind: kind.kind },
    resource: { group, version, resource: kind.resource },
    ...(subresource !== undefined && { subResource: subresource }),
    requestKind: { group, version: kind.version, kind: kind.kind },
    requestResource: { group, version: kind.version, resource: kind.resource },
    ...(subresource !== undefined && { requestSubResource: subresource }),
    name,
    ...(namespace !== '' && { namespace }),
    operation,
    userInfo: userInfo(user),
    object: object ? wireObject(object, {}) : null,
    oldObject: old ? wireObject(old, {}) : null,
    dryRun,
    options: {
      apiVersion: 'meta.k8s.io/v1',
      kind: optionsKinds[operation],
      ...(dryRun && { dryRun: ['All'] }),
    },
  };
}

const optionsKinds = {
  CREATE: 'CreateOptions',
  UPDATE: 'UpdateOptions',
  DELETE: 'DeleteOptions',
} as const satisfies Record<AdmittedWrite['operation'], string>;

const userInfo = ({ name, uid, groups, extra }: UserInfo): object => ({
  username: name,
  ...(uid !== undefined && { uid }),
  groups,
  ...(extra && { extra }),
});

/** A review that can be sent. */
export interface Review {
  readonly apiVersion: string;
  readonly kind: 'AdmissionReview';
  readonly request: Readonly<Record<string, unknown>> & { readonly uid: string };
}

/** Returns a review in the first version that both sides know. */
export function reviewOf(request: Readonly<Record<string, unknown>>, versions: readonly string[]): Review {
  const version = versions.find((each) => each === 'v1' || each === 'v1beta1') ?? 'v1';
  return {
    apiVersion: `admission.k8s.io/${version}`,
    kind: 'AdmissionReview',
    request: { uid: randomUUID(), ...request },
  };
}

const reviewSchema = v.looseObject({
  apiVersion: v.optional(v.string()),
  response: v.looseObject({
    uid: v.optional(v.string(), ''),
    allowed: v.optional(v.boolean(), false),
    status: v.nullish(
      v.looseObject({
        code: v.optional(v.number()),
        reason: v.optional(v.string()),
        message: v.optional(v.string()),
        details: v.optional(v.looseObject({})),
      }),
    ),
    patch: v.nullish(v.string()),
    patchType: v.nullish(v.string()),
    warnings: v.nullish(v.array(v.string())),
  }),
});

export interface ReviewAnswer {
  /** Why the write is refused; absent if it is not. */
  readonly refusal?: Refusal;
  readonly patch: readonly JsonPatchOperation[];
  readonly warnings: readonly string[];
}

/**
 * Pure. Returns what a webhook says, after a check of it.
 * @throws Error
 */
export function reviewAnswer(
  answer: unknown,
  { apiVersion, request }: Review,
  { mayPatch }: { readonly mayPatch: boolean },
): ReviewAnswer {
  const { success, output } = v.safeParse(reviewSchema, answer);
  if (!success) throw new Error('webhook response was absent');
  const { uid, allowed, status, patch, patchType, warnings } = output.response;
  if (uid !== request.uid)
    throw new Error(`expected response.uid=${JSON.stringify(request.uid)}, got ${JSON.stringify(uid)}`);
  if (output.apiVersion !== apiVersion)
    throw new Error(`expected webhook response of ${apiVersion}, got ${output.apiVersion ?? ''}`);
  if (patch && !mayPatch) throw new Error('validating webhook may not return response.patch');
  if (patch && patchType !== 'JSONPatch')
    throw new Error(
      patchType
        ? `unsupported patch type "${patchType}"`
        : 'webhook returned response.patch but not response.patchType',
    );
  return {
    ...(!allowed && { refusal: { ...status, details: status?.details as Refusal['details'] } }),
    patch: patch ? decodedPatch(patch) : [],
    warnings: warnings ?? [],
  };
}

const patchSchema = v.array(v.looseObject({ op: v.string(), path: v.string() }));

function decodedPatch(patch: string): readonly JsonPatchOperation[] {
  const decoded: unknown = JSON.parse(Buffer.from(patch, 'base64').toString());
  if (!v.is(patchSchema, decoded)) throw new Error('received undecodable patch in webhook response');
  return decoded as unknown as readonly JsonPatchOperation[];
}

/**
 * Pure. Returns an object after the patch of a webhook, which has seen it as clients of the API do.
 * @throws ObjectError BAD_REQUEST, INVALID
 */
export function withPatch(object: KubeObject, operations: readonly JsonPatchOperation[]): KubeObject {
  const shown = wireObject(object, {}) as KubeObject;
  const { metadata, ...content } = patchedObject(shown, { type: 'json', operations });
  const { deletionGracePeriodSeconds: _derived, ...kept } = metadata as Partial<ObjectMeta> & {
    readonly deletionGracePeriodSeconds?: number;
  };
  const filled = { namespace: '', labels: {}, annotations: {}, finalizers: [], ...kept };
  return { ...content, metadata: filled } as KubeObject;
}
