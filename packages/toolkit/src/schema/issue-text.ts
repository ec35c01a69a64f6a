import type { BaseIssue } from 'valibot';

/** Says what is wrong with a value in a person's words. Unknown and missing fields are called so. */
export function issueText(issue: BaseIssue<unknown>): string {
  const field = issuePath(issue).at(-1) ?? '';
  if (isUnknownKey(issue)) return `unknown field "${field}"`;
  if (isMissingKey(issue)) return `field "${field}" is required`;
  // A schema that has words of its own for what it wants is quoted; Valibot's are for programmers.
  if (!issue.message.startsWith('Invalid ')) return issue.message;
  if (issue.type === 'non_empty') return 'must not be empty';
  const wanted = wantedText(issue);
  return wanted === undefined
    ? issue.message
    : `must be ${wanted}, not ${kinds[issue.received] ?? issue.received}`;
}

/** The words for types of values, by Valibot's names for them. */
const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  Array: 'a list',
  Object: 'a map',
  undefined: 'nothing',
};

function wantedText({ type, expected, requirement }: BaseIssue<unknown>): string | undefined {
  switch (type) {
    case 'min_value':
      return `at least ${String(requirement)}`;
    case 'max_value':
      return `at most ${String(requirement)}`;
    case 'integer':
      return 'a whole number';
    case 'ip':
      return 'an IP address';
    case 'ipv4':
      return 'an IPv4 address';
    case 'ipv6':
      return 'an IPv6 address';
    case 'picklist':
    case 'union':
    case 'literal':
      return expected?.replaceAll(/[()]/g, '').replaceAll(' | ', ' or ');
    default:
      return expected === null ? undefined : kinds[expected];
  }
}

/** Pure. Says what is wrong with a value by all its issues, each with the path of its field below `parent`. */
export const issueTexts = (issues: readonly BaseIssue<unknown>[], parent: string): readonly string[] =>
  issues.map((issue) => `${[parent, ...issuePath(issue)].join('.')}: ${issueText(issue)}`);

export const isMissingKey = (issue: BaseIssue<unknown>): boolean =>
  /^(strict|loose)_object$/.test(issue.type) && issue.received === 'undefined';

export const isUnknownKey = (issue: BaseIssue<unknown>): boolean =>
  issue.type === 'strict_object' && issue.expected === 'never';

/** Returns the path of fields and indices to the value. */
export const issuePath = (issue: BaseIssue<unknown>): readonly (string | number)[] =>
  (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
