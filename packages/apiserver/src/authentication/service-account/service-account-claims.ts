import * as v from 'valibot';
import type { UserInfo } from '../../request/user-info.ts';
import { serviceAccountGroups, serviceAccountUser } from './service-account-user.ts';

const reference = v.looseObject({ name: v.string(), uid: v.string() });

/** What a token of a service account says beside the claims of RFC 7519, as Kubernetes writes it. */
export const claimsSchema = v.looseObject({
  sub: v.string(),
  jti: v.optional(v.string()),
  'kubernetes.io': v.looseObject({
    namespace: v.string(),
    serviceaccount: reference,
    pod: v.optional(reference),
    secret: v.optional(reference),
    node: v.optional(reference),
  }),
});
export type ServiceAccountClaims = v.InferOutput<typeof claimsSchema>;

/** The kinds of objects that a token may be bound to. It is valid while the object exists. */
export const boundKinds = ['Pod', 'Secret', 'Node'] as const;
export type BoundKind = (typeof boundKinds)[number];

/** An object that a token needs. */
export interface BoundObject {
  readonly kind: BoundKind | 'ServiceAccount';
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Pure. Returns what must exist for a token to be valid: the account, and the object that it is bound to. */
export function neededObjects({ 'kubernetes.io': claims }: ServiceAccountClaims): readonly BoundObject[] {
  const { namespace, serviceaccount, pod, secret, node } = claims;
  // The node of a pod is there for whoever reads the token.
  const bound = { Pod: pod, Secret: secret, Node: pod ? undefined : node };
  return [
    { kind: 'ServiceAccount', namespace, ...nameAndUid(serviceaccount) },
    ...boundKinds.flatMap((kind) => {
      const object = bound[kind];
      return object ? [{ kind, namespace: kind === 'Node' ? '' : namespace, ...nameAndUid(object) }] : [];
    }),
  ];
}

const nameAndUid = ({ name, uid }: v.InferOutput<typeof reference>) => ({ name, uid });

/** Pure. Returns the user that a token stands for. */
export function userOfClaims({ 'kubernetes.io': claims, jti }: ServiceAccountClaims): UserInfo {
  const { namespace, serviceaccount, pod, node } = claims;
  const at = 'authentication.kubernetes.io';
  return {
    name: serviceAccountUser(namespace, serviceaccount.name),
    uid: serviceaccount.uid,
    groups: serviceAccountGroups(namespace),
    extra: {
      ...(jti !== undefined && { [`${at}/credential-id`]: [`JTI=${jti}`] }),
      ...(pod && { [`${at}/pod-name`]: [pod.name], [`${at}/pod-uid`]: [pod.uid] }),
      ...(node && { [`${at}/node-name`]: [node.name], [`${at}/node-uid`]: [node.uid] }),
    },
  };
}
