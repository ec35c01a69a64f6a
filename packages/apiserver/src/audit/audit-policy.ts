import * as v from 'valibot';
import type { RequestInfo } from '../request/request-info.ts';
import type { UserInfo } from '../request/user-info.ts';

/** How much of a request is recorded, from nothing to all but the answer. */
const levels = ['None', 'Metadata', 'Request'] as const;
export type AuditLevel = (typeof levels)[number];

const words = v.optional(v.array(v.string()));

const ruleSchema = v.strictObject({
  level: v.picklist(levels),
  users: words,
  /** The groups, one of which the user must be in. */
  userGroups: words,
  verbs: words,
  /** The resources of which one must be asked for; without names, all of their group. */
  resources: v.optional(v.array(v.strictObject({ group: v.optional(v.string(), ''), resources: words }))),
  namespaces: words,
  /** Paths that are no resources, in which a trailing `*` means any rest. */
  nonResourceURLs: words,
});
export type AuditRule = v.InferOutput<typeof ruleSchema>;

/** Which requests are recorded (audit.k8s.io/v1 `Policy`). The first rule that fits a request decides. */
export const auditPolicySchema = v.strictObject({
  apiVersion: v.optional(v.literal('audit.k8s.io/v1')),
  kind: v.optional(v.literal('Policy')),
  rules: v.array(ruleSchema),
});
export type AuditPolicy = v.InferOutput<typeof auditPolicySchema>;

/** Everything is recorded but what programs ask all the time. */
export const defaultPolicy: AuditPolicy = {
  rules: [
    {
      level: 'None',
      verbs: ['get'],
      nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/version', '/metrics', '/openapi*', '/api*'],
    },
    {
      level: 'None',
      verbs: ['get', 'update'],
      resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }],
    },
    { level: 'Metadata' },
  ],
};

/** Resources whose objects hold secrets, which no rule can have recorded. */
const secretResources: readonly string[] = ['secrets', 'serviceaccounts/token', 'tokenreviews'];

/** Pure. Returns how much of a request is recorded. What no rule is about is not recorded. */
export function auditLevel(user: UserInfo, request: RequestInfo, policy: AuditPolicy): AuditLevel {
  const { level = 'None' } = policy.rules.find((rule) => fits(rule, user, request)) ?? {};
  return level === 'Request' && request.isResource && secretResources.includes(resourceText(request))
    ? 'Metadata'
    : level;
}

function fits(rule: AuditRule, user: UserInfo, request: RequestInfo): boolean {
  return (
    isIn(rule.users, user.name) &&
    (!rule.userGroups?.length || rule.userGroups.some((group) => user.groups.includes(group))) &&
    isIn(rule.verbs, request.verb) &&
    (request.isResource ? fitsResource(rule, request) : fitsPath(rule, request.path))
  );
}

type ResourceRequest = Extract<RequestInfo, { readonly isResource: true }>;

function fitsResource(rule: AuditRule, request: ResourceRequest): boolean {
  if (!isIn(rule.namespaces, request.namespace ?? '')) return false;
  if (!rule.resources?.length) return !rule.nonResourceURLs?.length;
  return rule.resources.some(
    ({ group, resources }) => group === request.group && isIn(resources, resourceText(request)),
  );
}

function fitsPath({ resources, namespaces, nonResourceURLs }: AuditRule, path: string): boolean {
  if (resources?.length || namespaces?.length) return false;
  return (
    !nonResourceURLs?.length ||
    nonResourceURLs.some((url) => (url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : path === url))
  );
}

/** A rule that names nothing is about everything. */
const isIn = (list: readonly string[] | undefined, wanted: string): boolean =>
  !list?.length || list.includes(wanted);

const resourceText = ({ resource, subresource }: ResourceRequest): string =>
  subresource === undefined ? resource : `${resource}/${subresource}`;
