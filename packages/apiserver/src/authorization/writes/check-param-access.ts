import { isDeepStrictEqual } from 'node:util';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { groupOf } from '@ignite/toolkit/object/group-kind';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ResourceAccess } from '../../request/access-request.ts';
import { forbiddenText } from '../../request/forbidden-text.ts';
import type { UserInfo } from '../../request/user-info.ts';
import { type ServedResource, servedOfKind } from '../../resource/served-resource.ts';
import type { AccessRules } from '../access-rules.ts';
import { decide } from '../decide.ts';

/** The group of policies and their bindings. */
export const policyGroup = 'admissionregistration.k8s.io';

interface ParamKind {
  readonly apiVersion: string;
  readonly kind: string;
}

interface ParamRef {
  readonly name?: string;
  readonly namespace?: string;
}

export interface ParamAccessOptions {
  /** The object that is replaced; undefined if there is none. */
  readonly old?: KubeObject | undefined;
  readonly access: AccessRules;
  readonly served: readonly ServedResource[];
  /** Reads the policy of a binding; undefined if there is none yet. */
  readonly policyNamed: (name: string) => Promise<KubeObject | undefined>;
}

/**
 * Checks that a user who writes a policy or its binding may read the objects that it is applied by, since expressions
 * tell in messages and in the audit log what is in them. Who changes nothing of what they tell, and to whom, needs no right.
 * @throws ObjectError FORBIDDEN
 */
export async function checkParamAccess(
  user: UserInfo,
  object: KubeObject,
  { old, access, served, policyNamed }: ParamAccessOptions,
): Promise<void> {
  if (groupOf(object.apiVersion) !== policyGroup) return;
  const { paramKind, paramRef, policyName } = (object.spec ?? {}) as {
    readonly paramKind?: ParamKind;
    readonly paramRef?: ParamRef;
    readonly policyName?: string;
  };
  if (!paramKind && !paramRef) return;
  if (old && isDeepStrictEqual(tellingPart(old), tellingPart(object))) return;
  const policy = policyName === undefined ? undefined : await policyNamed(policyName);
  const kind = paramKind ?? (policy?.spec as { readonly paramKind?: ParamKind } | undefined)?.paramKind;
  const { name = '', namespace = '' } = paramRef ?? {};
  const request: ResourceAccess = {
    isResource: true,
    verb: paramRef && name === '' ? 'list' : 'get',
    group: kind ? groupOf(kind.apiVersion) : '*',
    resource: (kind && servedOfKind(served, kind)?.resource) ?? '*',
    ...(namespace !== '' && { namespace }),
    ...(name !== '' && { name }),
  };
  if (!decide(user, request, access).isAllowed)
    throw new ObjectError('FORBIDDEN', forbiddenText(user, request));
}

const tellingPart = ({ spec }: KubeObject): object => ({ ...(spec as object), failurePolicy: undefined });
