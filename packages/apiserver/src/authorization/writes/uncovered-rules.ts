import type { PolicyRule } from '@ignite/toolkit/access/resources/role';
import { coversPath } from '../rule-allows.ts';

/** What a right is about: a resource, one of its objects, or a path that is no resource. */
type Thing =
  { readonly group: string; readonly resource: string; readonly name?: string } | { readonly url: string };

/** One verb to one thing. */
interface Right {
  readonly verb: string;
  readonly thing: Thing;
}

/**
 * Pure. Returns what of `rules` is not within the rules that someone has, put together by resource. Each right
 * must be within one rule.
 */
export function uncoveredRules(
  held: readonly PolicyRule[],
  rules: readonly PolicyRule[],
): readonly PolicyRule[] {
  return compacted(rules.flatMap(rightsOf).filter((right) => !held.some((rule) => covers(rule, right))));
}

const rightsOf = (rule: PolicyRule): readonly Right[] =>
  thingsOf(rule).flatMap((thing) => rule.verbs.map((verb) => ({ verb, thing })));

function thingsOf({ apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): readonly Thing[] {
  const names = resourceNames?.length ? resourceNames.map((name) => ({ name })) : [{}];
  return [
    ...(apiGroups ?? []).flatMap((group) =>
      (resources ?? []).flatMap((resource) => names.map((name) => ({ group, resource, ...name }))),
    ),
    ...(nonResourceURLs ?? []).map((url) => ({ url })),
  ];
}

function covers(rule: PolicyRule, { verb, thing }: Right): boolean {
  if (!hasAny(rule.verbs, '*', verb)) return false;
  if ('url' in thing) return rule.nonResourceURLs?.some((url) => coversPath(url, thing.url)) ?? false;
  const { group, resource, name } = thing;
  const [, subresource] = /\/(.*)/.exec(resource) ?? [];
  return (
    hasAny(rule.apiGroups, '*', group) &&
    hasAny(rule.resources, '*', resource, ...(subresource === undefined ? [] : [`*/${subresource}`])) &&
    (!rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name)))
  );
}

const hasAny = (list: readonly string[] | null | undefined, ...wanted: readonly string[]): boolean =>
  list?.some((each) => wanted.includes(each)) ?? false;

/** Rights to the same thing become one rule with all their verbs. */
const compacted = (rights: readonly Right[]): readonly PolicyRule[] =>
  [...Map.groupBy(rights, ({ thing }) => JSON.stringify(thing)).values()].map((same) => ({
    ...ruleAbout(same[0]!.thing),
    verbs: [...new Set(same.map(({ verb }) => verb))],
  }));

const ruleAbout = (thing: Thing): Omit<PolicyRule, 'verbs'> =>
  'url' in thing
    ? { nonResourceURLs: [thing.url] }
    : {
        apiGroups: [thing.group],
        resources: [thing.resource],
        ...(thing.name !== undefined && { resourceNames: [thing.name] }),
      };
