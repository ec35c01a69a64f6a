import * as v from 'valibot';
import { decide } from '../authorization/decide.ts';
import type { AccessRequest } from '../request/access-request.ts';
import type { Decision } from '../request/access.ts';
import type { UserInfo } from '../request/user-info.ts';
import { type Question, type Review, type ReviewAnswer, answered, refused, specOf } from './review.ts';

const word = v.optional(v.string());

const attributes = {
  resourceAttributes: v.nullish(
    v.looseObject({
      namespace: word,
      verb: word,
      group: word,
      version: word,
      resource: word,
      subresource: word,
      name: word,
    }),
  ),
  nonResourceAttributes: v.nullish(v.looseObject({ path: word, verb: word })),
};
const selfSpec = v.looseObject(attributes);
const subjectSpec = v.looseObject({
  ...attributes,
  user: word,
  uid: word,
  groups: v.nullish(v.array(v.string())),
  extra: v.nullish(v.record(v.string(), v.array(v.string()))),
});
type SelfSpec = v.InferOutput<typeof selfSpec>;
type SubjectSpec = v.InferOutput<typeof subjectSpec>;

const group = { group: 'authorization.k8s.io', version: 'v1' } as const;

/** Asks whether the user who asks may do something. */
export const selfSubjectAccessReview: Review = {
  ...group,
  resource: 'selfsubjectaccessreviews',
  kind: 'SelfSubjectAccessReview',
  isNamespaced: false,
  answer: async (question, { rules }) => {
    const spec = specOf(selfSubjectAccessReview, selfSpec, question);
    const request = requestOf(selfSubjectAccessReview, spec);
    return decided(question, spec, decide(question.user, request, await rules()));
  },
};

/** Asks whether a user may do something. */
export const subjectAccessReview: Review = {
  ...group,
  resource: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  isNamespaced: false,
  answer: async (question, { rules }) => {
    const spec = specOf(subjectAccessReview, subjectSpec, question);
    const request = requestOf(subjectAccessReview, spec);
    return decided(question, spec, decide(subjectOf(subjectAccessReview, spec), request, await rules()));
  },
};

/** Asks whether a user may do something in one namespace. */
export const localSubjectAccessReview: Review = {
  ...group,
  resource: 'localsubjectaccessreviews',
  kind: 'LocalSubjectAccessReview',
  isNamespaced: true,
  answer: async (question, { rules }) => {
    const spec = specOf(localSubjectAccessReview, subjectSpec, question);
    const request = requestOf(localSubjectAccessReview, spec);
    checkNamespace(spec, question);
    return decided(question, spec, decide(subjectOf(localSubjectAccessReview, spec), request, await rules()));
  },
};

function checkNamespace({ resourceAttributes }: SelfSpec, { namespace }: Question): void {
  if (!resourceAttributes)
    throw refused(localSubjectAccessReview, [
      wrong('spec.nonResourceAttributes', 'disallowed on this kind of request'),
    ]);
  if (resourceAttributes.namespace !== namespace)
    throw refused(localSubjectAccessReview, [
      wrong('spec.resourceAttributes.namespace', `must be ${namespace}, the namespace of the request`),
    ]);
}

/** Pure. @throws ObjectError INVALID unless the question is about resources or about a path */
function requestOf(review: Review, { resourceAttributes, nonResourceAttributes }: SelfSpec): AccessRequest {
  if (nonResourceAttributes && !resourceAttributes) {
    const { verb = '', path = '' } = nonResourceAttributes;
    return { isResource: false, verb, path };
  }
  if (!resourceAttributes || nonResourceAttributes)
    throw refused(review, [
      wrong(
        'spec.resourceAttributes',
        'exactly one of nonResourceAttributes or resourceAttributes must be given',
      ),
    ]);
  const { verb = '', resource = '', subresource, namespace, name } = resourceAttributes;
  return {
    isResource: true,
    verb,
    group: resourceAttributes.group ?? '',
    resource,
    ...(subresource && { subresource }),
    ...(namespace && { namespace }),
    ...(name && { name }),
  };
}

function subjectOf(review: Review, { user, uid, groups, extra }: SubjectSpec): UserInfo {
  if (!user && !groups?.length)
    throw refused(review, [wrong('spec.user', 'at least one of user or groups must be given')]);
  return { name: user ?? '', groups: groups ?? [], ...(uid && { uid }), ...(extra && { extra }) };
}

const wrong = (field: string, message: string) => ({ field, reason: 'FieldValueInvalid', message });

const decided = (question: Question, spec: object, { isAllowed, reason }: Decision): ReviewAnswer =>
  answered(question, spec, { allowed: isAllowed, ...(reason && { reason }) });
