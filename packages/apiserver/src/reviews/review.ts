import * as v from 'valibot';
import type { GroupVersionResource } from '@ignite/toolkit/client/group-version-resource';
import { type ErrorCause, invalid } from '@ignite/toolkit/client/object-error';
import { isMissingKey, issuePath, issueText } from '@ignite/toolkit/schema/issue-text';
import type { AccessRules } from '../authorization/access-rules.ts';
import type { UserInfo } from '../request/user-info.ts';

/** A question to the server, which is asked by creating an object. It is answered and never stored. */
export interface Review extends GroupVersionResource {
  readonly kind: string;
  readonly isNamespaced: boolean;
  /** @throws ObjectError INVALID, BAD_REQUEST */
  readonly answer: (question: Question, context: ReviewContext) => Promise<ReviewAnswer>;
}

/** Who asks, and what. */
export interface Question {
  readonly user: UserInfo;
  /** The body of the request. */
  readonly object: Readonly<Record<string, unknown>>;
  /** The namespace in the path of the request. */
  readonly namespace?: string | undefined;
}

export type ReviewAnswer = Readonly<Record<string, unknown>>;

/** What reviews look into. */
export interface ReviewContext {
  readonly rules: () => Promise<AccessRules>;
  /** Returns the user of a token. @throws ObjectError UNAUTHORIZED */
  readonly userOfToken: (token: string, audiences: readonly string[]) => Promise<UserInfo>;
}

/**
 * Pure. Returns the spec of a question.
 * @throws ObjectError INVALID
 */
export function specOf<Schema extends v.GenericSchema>(
  review: GroupVersionResource,
  schema: Schema,
  { object }: Question,
): v.InferOutput<Schema> {
  const { success, output, issues } = v.safeParse(v.looseObject({ spec: schema }), object);
  if (success) return output.spec;
  throw refused(
    review,
    issues.map((issue) => ({
      field: issuePath(issue).join('.'),
      reason: isMissingKey(issue) ? 'FieldValueRequired' : 'FieldValueInvalid',
      message: issueText(issue),
    })),
  );
}

export const refused = (review: GroupVersionResource, causes: readonly ErrorCause[]): Error =>
  invalid({ ...review, name: '' }, causes);

/** Pure. Returns the question with its answer. */
export const answered = (
  { object }: Question,
  spec: unknown,
  status: Readonly<Record<string, unknown>>,
): ReviewAnswer => ({
  ...object,
  metadata: { creationTimestamp: null, ...(object['metadata'] as object | undefined) },
  spec,
  status,
});
