import { localSubjectAccessReview, selfSubjectAccessReview, subjectAccessReview } from './access-reviews.ts';
import type { Review } from './review.ts';
import { selfSubjectRulesReview } from './rules-review.ts';
import { selfSubjectReview, tokenReview } from './user-reviews.ts';

/** All reviews by the plural name of their kind, which no two groups share. */
export const reviews: ReadonlyMap<string, Review> = new Map(
  [
    selfSubjectAccessReview,
    subjectAccessReview,
    localSubjectAccessReview,
    selfSubjectRulesReview,
    selfSubjectReview,
    tokenReview,
  ].map((review) => [review.resource, review]),
);
