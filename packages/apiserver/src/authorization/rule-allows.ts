import type { PolicyRule } from '@ignite/toolkit/access/resources/role';
import type { AccessRequest, ResourceAccess } from '../request/access-request.ts';

/** Pure. Tells whether a rule of RBAC allows a request. */
export function ruleAllows(rule: PolicyRule, request: AccessRequest): boolean {
  if (!includes(rule.verbs, request.verb)) return false;
  return request.isResource ? allowsResource(rule, request) : allowsPath(rule, request.path);
}

function allowsResource({ apiGroups, resources, resourceNames }: PolicyRule, asked: ResourceAccess): boolean {
  return (
    includes(apiGroups, asked.group) &&
    namesOfResource(asked).some((name) => resources?.includes(name)) &&
    // A request without a name, such as a list, is not about the named objects alone.
    (!resourceNames?.length || (asked.name !== undefined && resourceNames.includes(asked.name)))
  );
}

const namesOfResource = ({ resource, subresource }: ResourceAccess): readonly string[] =>
  subresource === undefined ? ['*', resource] : ['*', `${resource}/${subresource}`, `*/${subresource}`];

const allowsPath = ({ nonResourceURLs }: PolicyRule, path: string): boolean =>
  nonResourceURLs?.some((url) => coversPath(url, path)) ?? false;

/** Pure. Tells whether a path in a rule, in which a trailing `*` means any rest, covers another one. */
export const coversPath = (url: string, path: string): boolean =>
  url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')));

const includes = (list: readonly string[] | null | undefined, wanted: string): boolean =>
  list?.some((each) => each === '*' || each === wanted) ?? false;
