import { withoutSecrets } from '@ignite/toolkit/core/hide-secret';
import { microTime } from '@ignite/toolkit/object/micro-time';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Decision } from '../request/access.ts';
import { type Body, decodeBody } from '../request/decode-body.ts';
import type { RequestInfo } from '../request/request-info.ts';
import { type UserInfo, anonymous } from '../request/user-info.ts';
import { type AuditPolicy, auditLevel } from './audit-policy.ts';

/** A request that was answered. */
export interface AuditedRequest {
  readonly id: string;
  /** Absent if nobody knows who asked. */
  readonly user?: UserInfo | undefined;
  /** As whom the user acts, if it is not himself. */
  readonly impersonated?: UserInfo | undefined;
  readonly request: RequestInfo;
  /** The path and query as they were sent. */
  readonly uri: string;
  readonly sourceAddress?: string | undefined;
  readonly userAgent?: string | undefined;
  /** Absent if nobody was asked. */
  readonly decision?: Decision | undefined;
  readonly body?: Body | undefined;
  /** What policies tell of the request, by its key. */
  readonly notes?: Readonly<Record<string, string>>;
  readonly answer: { readonly code: number; readonly reason?: string | undefined };
  readonly receivedAtMs: number;
  readonly answeredAtMs: number;
}

/** What is written about a request (audit.k8s.io/v1 `Event`). */
export type AuditEvent = Readonly<Record<string, unknown>>;

const longestAgent = 256;

/** Pure. Returns what is written about a request, or undefined if nothing is. Headers are not written. */
export function auditEvent(audited: AuditedRequest, policy: AuditPolicy): AuditEvent | undefined {
  const { id, user = anonymous, impersonated, request, uri, sourceAddress, userAgent } = audited;
  const { decision, answer, body, notes = {} } = audited;
  const level = auditLevel(user, request, policy);
  if (level === 'None') return undefined;
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level,
    auditID: id,
    stage: 'ResponseComplete',
    requestURI: shownUri(uri),
    verb: request.verb,
    user: userText(user),
    ...(impersonated && { impersonatedUser: userText(impersonated) }),
    ...(sourceAddress !== undefined && { sourceIPs: [sourceAddress] }),
    ...(userAgent !== undefined && { userAgent: userAgent.slice(0, longestAgent) }),
    ...(request.isResource && { objectRef: objectRef(request) }),
    responseStatus: { metadata: {}, code: answer.code, ...(answer.reason && { reason: answer.reason }) },
    ...(level === 'Request' && request.isResource && body && bodyPart(body)),
    requestReceivedTimestamp: microTime(audited.receivedAtMs),
    stageTimestamp: microTime(audited.answeredAtMs),
    ...(decision && { annotations: { ...annotations(decision), ...notes } }),
  };
}

const userText = ({ name, uid, groups, extra }: UserInfo) => ({
  username: name,
  ...(uid !== undefined && { uid }),
  groups,
  ...(extra && { extra }),
});

type ResourceRequest = Extract<RequestInfo, { readonly isResource: true }>;

const objectRef = ({ group, version, resource, subresource, namespace, name }: ResourceRequest) => ({
  resource,
  ...(namespace !== undefined && { namespace }),
  ...(name !== undefined && { name }),
  ...(group !== '' && { apiGroup: group }),
  apiVersion: version,
  ...(subresource !== undefined && { subresource }),
});

const annotations = ({ isAllowed, reason }: Decision) => ({
  'authorization.k8s.io/decision': isAllowed ? 'allow' : 'forbid',
  'authorization.k8s.io/reason': reason,
});

/** A body that could not be read has been refused, and says nothing. */
function bodyPart(body: Body) {
  try {
    const content = decodeBody(body);
    return isRecord(content) ? { requestObject: withoutSecrets(content as KubeObject) } : {};
  } catch {
    return {};
  }
}

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** The parameters whose values are shown. Others, such as the command of `exec`, may hold secrets. */
const shownParameters: readonly string[] = [
  'allowWatchBookmarks',
  'container',
  'continue',
  'dryRun',
  'fieldManager',
  'fieldSelector',
  'fieldValidation',
  'follow',
  'force',
  'gracePeriodSeconds',
  'includeObject',
  'labelSelector',
  'limit',
  'orphanDependents',
  'pretty',
  'propagationPolicy',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'stderr',
  'stdin',
  'stdout',
  'tailLines',
  'timeout',
  'timeoutSeconds',
  'tty',
  'watch',
];

/** Pure. Returns a path and query without the values of parameters that may hold secrets. */
function shownUri(uri: string): string {
  const at = uri.indexOf('?');
  if (at === -1) return uri;
  const parameters = new URLSearchParams(uri.slice(at + 1));
  const shown = [...parameters].map(([name, value]) => [
    name,
    shownParameters.includes(name) ? value : '(hidden)',
  ]);
  return `${uri.slice(0, at)}?${new URLSearchParams(shown).toString()}`;
}
