import type { BaseIssue } from 'valibot';

/** What is wrong with a value, in a person's words: an unknown or missing field is called that. */
export function issueText(issue: BaseIssue<unknown>): string {
  const field = issuePath(issue).at(-1) ?? '';
  if (isUnknownKey(issue)) return `there is no field "${field}"`;
  if (/^(strict|loose)_object$/.test(issue.type) && issue.received === 'undefined')
    return `the field "${field}" is missing`;
  return issue.message;
}

export const isUnknownKey = (issue: BaseIssue<unknown>): boolean =>
  issue.type === 'strict_object' && issue.expected === 'never';

/** The fields and indices that lead to the value. */
export const issuePath = (issue: BaseIssue<unknown>): readonly (string | number)[] =>
  (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
