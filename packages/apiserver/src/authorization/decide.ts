import type { UserInfo } from '../request/user-info.ts';
import type { Decision } from '../request/access.ts';
import type { AccessRequest } from '../request/access-request.ts';
import { type AccessRules, type Grant, grantsTo } from './access-rules.ts';
import { ruleAllows } from './rule-allows.ts';
import { rbacGroup } from '@ignite/toolkit/access/resources/rbac';

/** Those who may do everything, whatever roles there are. */
export const mastersGroup = 'system:masters';

/** Pure. Tells whether a user is one who may do everything. */
export const isMaster = ({ groups }: UserInfo): boolean => groups.includes(mastersGroup);

/** Pure. Decides by roles and bindings whether a user may do something. What no rule allows is forbidden. */
export function decide(user: UserInfo, request: AccessRequest, access: AccessRules): Decision {
  if (isMaster(user)) return { isAllowed: true, reason: '' };
  const lacking = new Set<string>();
  for (const grant of grantsTo(user, namespaceOf(request), access)) {
    if (!grant.rules) lacking.add(lackText(grant));
    else if (grant.rules.some((rule) => ruleAllows(rule, request)))
      return { isAllowed: true, reason: `RBAC: allowed by ${grantText(grant)}` };
  }
  return { isAllowed: false, reason: lacking.size === 0 ? '' : `RBAC: ${[...lacking].join(', ')}` };
}

const namespaceOf = (request: AccessRequest): string => (request.isResource ? (request.namespace ?? '') : '');

const lackText = ({ binding: { roleRef } }: Grant): string =>
  `${roleRef.kind.toLowerCase()}.${rbacGroup} ${JSON.stringify(roleRef.name)} not found`;

function grantText({ binding: { kind, metadata, roleRef }, subject }: Grant): string {
  const { name, namespace } = metadata;
  const bound = JSON.stringify(kind === 'RoleBinding' ? `${name}/${namespace}` : name);
  const to =
    subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace ?? namespace}` : subject.name;
  return `${kind} ${bound} of ${roleRef.kind} ${JSON.stringify(roleRef.name)} to ${subject.kind} ${JSON.stringify(to)}`;
}
