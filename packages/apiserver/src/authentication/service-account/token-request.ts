import * as v from 'valibot';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { ObjectError, badRequest, invalid } from '@ignite/toolkit/client/object-error';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { groupOf } from '@ignite/toolkit/object/group-kind';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { isMissingKey, issuePath, issueText } from '@ignite/toolkit/schema/issue-text';
import { type BoundKind, type ServiceAccountClaims, boundKinds } from './service-account-claims.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';
import { serviceAccountUser } from './service-account-user.ts';

const [minute, day] = [60, 24 * 60 * 60];
const defaultSeconds = 60 * minute;
const leastSeconds = 10 * minute;
/** Longer wishes are cut to this. */
const mostSeconds = 365 * day;

const boundReference = v.looseObject({
  apiVersion: v.optional(v.string(), 'v1'),
  kind: v.string(),
  name: v.string(),
  uid: v.optional(v.string()),
});

const tokenRequestSchema = v.looseObject({
  metadata: v.nullish(
    v.looseObject({
      name: v.optional(v.string()),
      namespace: v.optional(v.string()),
      uid: v.optional(v.string()),
    }),
  ),
  spec: v.looseObject({
    audiences: v.nullish(v.array(v.pipe(v.string(), v.nonEmpty())), []),
    expirationSeconds: v.nullish(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(leastSeconds, 'may not specify a duration less than 10 minutes'),
        v.maxValue(2 ** 32, 'may not specify a duration larger than 2^32 seconds'),
      ),
      defaultSeconds,
    ),
    boundObjectRef: v.nullish(boundReference),
  }),
});
type TokenRequest = v.InferOutput<typeof tokenRequestSchema>;

export interface TokenRequestContext {
  readonly tokens: ServiceAccountTokens;
  readonly client: ObjectClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The service account whose subresource `token` is created. */
interface AccountName {
  readonly namespace: string;
  readonly name: string;
}

const resource = { group: 'authentication.k8s.io', version: 'v1', resource: 'tokenrequests' } as const;
const core = { group: '', version: 'v1' } as const;

/**
 * Answers the creation of a token of a service account (Kubernetes: TokenRequest).
 * @throws ObjectError INVALID, BAD_REQUEST, CONFLICT, NOT_FOUND
 */
export async function requestToken(
  body: unknown,
  { namespace, name }: AccountName,
  context: TokenRequestContext,
): Promise<Readonly<Record<string, unknown>>> {
  const request = parsed(body, { namespace, name });
  const account = await context.client.get(
    { ...core, resource: 'serviceaccounts', namespace, name },
    { signal: context.signal },
  );
  checkUid(request.metadata?.uid, account, 'service account');
  const audiences = request.spec.audiences.length === 0 ? context.tokens.audiences : request.spec.audiences;
  const expirationSeconds = Math.min(request.spec.expirationSeconds, mostSeconds);
  const nowMs = context.clock.now();
  const claims = claimsOf(account, await boundObject(request, account, context));
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      ...request.metadata,
      name,
      namespace,
      uid: account.metadata.uid,
      creationTimestamp: wholeSeconds(nowMs),
    },
    spec: { ...request.spec, audiences, expirationSeconds },
    status: {
      token: await context.tokens.sign(claims, audiences, expirationSeconds),
      expirationTimestamp: wholeSeconds(nowMs + expirationSeconds * 1_000),
    },
  };
}

/** Pure. @throws ObjectError INVALID */
function parsed(body: unknown, account: AccountName): TokenRequest {
  const { success, output, issues } = v.safeParse(tokenRequestSchema, body);
  if (!success)
    throw invalid(
      { ...resource, name: account.name },
      issues.map((issue) => ({
        field: issuePath(issue).join('.'),
        reason: isMissingKey(issue) ? 'FieldValueRequired' : 'FieldValueInvalid',
        message: issueText(issue),
      })),
    );
  for (const field of ['name', 'namespace'] as const) {
    const given = output.metadata?.[field];
    if (given && given !== account[field])
      throw invalid({ ...resource, name: account.name }, [
        {
          field: `metadata.${field}`,
          reason: 'FieldValueInvalid',
          message: `must match the service account ${field} if specified`,
        },
      ]);
  }
  return output;
}

interface Bound {
  readonly kind: BoundKind;
  readonly object: KubeObject;
}

/** @throws ObjectError BAD_REQUEST, CONFLICT, NOT_FOUND */
async function boundObject(
  { spec: { boundObjectRef } }: TokenRequest,
  account: KubeObject,
  { client, signal }: TokenRequestContext,
): Promise<Bound | undefined> {
  if (!boundObjectRef) return undefined;
  const { apiVersion, kind: asked, name, uid } = boundObjectRef;
  const kind = boundKinds.find((known) => known === asked && groupOf(apiVersion) === '');
  if (!kind) throw badRequest(`cannot bind token to object of type ${apiVersion}, Kind=${asked}`);
  const { namespace } = account.metadata;
  const place = kind === 'Node' ? {} : { namespace };
  const object = await client.get(
    { ...core, resource: `${kind.toLowerCase()}s`, ...place, name },
    { signal },
  );
  checkUid(uid, object, 'bound object');
  const { serviceAccountName } = (object.spec ?? {}) as { readonly serviceAccountName?: unknown };
  if (kind === 'Pod' && serviceAccountName !== account.metadata.name)
    throw badRequest(`cannot bind a token of "${account.metadata.name}" to a pod of another service account`);
  return { kind, object };
}

function checkUid(uid: string | undefined, { metadata }: KubeObject, what: string): void {
  if (uid && uid !== metadata.uid)
    throw new ObjectError('CONFLICT', `the ${what} "${metadata.name}" has another UID than ${uid}`);
}

/** Pure. Returns what a token says of an account, and of the object that it is bound to. */
const claimsOf = ({ metadata }: KubeObject, bound: Bound | undefined): ServiceAccountClaims => ({
  sub: serviceAccountUser(metadata.namespace, metadata.name),
  'kubernetes.io': {
    namespace: metadata.namespace,
    serviceaccount: { name: metadata.name, uid: metadata.uid },
    ...(bound && {
      [bound.kind.toLowerCase()]: { name: bound.object.metadata.name, uid: bound.object.metadata.uid },
    }),
  },
});

/** Writes a time as Kubernetes does, without fractions of a second. */
const wholeSeconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
