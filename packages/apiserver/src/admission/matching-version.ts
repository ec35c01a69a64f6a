import type { AdmittedWrite } from '@ignite/toolkit/client/admission';
import { type WriteRule, ruleMatches } from './write-rule.ts';

/** Which writes a webhook or a policy is asked about. */
export interface WriteMatch<Rule extends WriteRule> {
  readonly rules: readonly Rule[];
  /** Whether a rule is for other versions of a kind too. */
  readonly matchPolicy: 'Exact' | 'Equivalent';
}

/**
 * Pure. Returns the version of a kind in which a webhook or a policy is asked about a write, or undefined if it is
 * not asked.
 * @param versions are those in which the kind is served
 */
export function matchingVersion<Rule extends WriteRule>(
  { rules, matchPolicy }: WriteMatch<Rule>,
  write: AdmittedWrite,
  versions: readonly string[],
  matches: (rule: Rule, write: AdmittedWrite, version: string) => boolean = ruleMatches,
): string | undefined {
  const { version } = write.kind;
  if (rules.some((rule) => matches(rule, write, version))) return version;
  if (matchPolicy === 'Exact') return undefined;
  return versions.find((other) => rules.some((rule) => matches(rule, write, other)));
}
