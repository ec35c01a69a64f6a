import * as v from 'valibot';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { audiencesOf } from '../authentication/token-issuer.ts';
import type { UserInfo } from '../request/user-info.ts';
import { type Review, answered, refused, specOf } from './review.ts';

const group = { group: 'authentication.k8s.io', version: 'v1' } as const;

/** Asks who the user who asks is. */
export const selfSubjectReview: Review = {
  ...group,
  resource: 'selfsubjectreviews',
  kind: 'SelfSubjectReview',
  isNamespaced: false,
  answer: async ({ user, object }) => {
    const { spec: _, ...asked } = answered({ user, object }, undefined, { userInfo: userInfo(user) });
    return asked;
  },
};

const tokenSpec = v.looseObject({
  token: v.optional(v.string(), ''),
  audiences: v.nullish(v.array(v.string())),
});

/** Asks whose a token is, and for whom of those who are named. The answer does not repeat the token. */
export const tokenReview: Review = {
  ...group,
  resource: 'tokenreviews',
  kind: 'TokenReview',
  isNamespaced: false,
  answer: async (question, { userOfToken }) => {
    const { token, audiences } = specOf(tokenReview, tokenSpec, question);
    if (token === '')
      throw refused(tokenReview, [
        { field: 'spec.token', reason: 'FieldValueRequired', message: 'token is required' },
      ]);
    const spec = audiences ? { audiences } : {};
    try {
      const user = await userOfToken(token, audiences ?? []);
      return answered(question, spec, {
        authenticated: true,
        user: userInfo(user),
        ...(audiences && { audiences: audiencesOf(token).filter((each) => audiences.includes(each)) }),
      });
    } catch (failure) {
      if (!hasCode(failure, 'UNAUTHORIZED')) throw failure;
      return answered(question, spec, { user: {}, error: failure.message });
    }
  },
};

/** Pure. Writes a user as Kubernetes does. */
const userInfo = ({ name, uid, groups, extra }: UserInfo) => ({
  username: name,
  ...(uid && { uid }),
  groups,
  ...(extra && { extra }),
});
