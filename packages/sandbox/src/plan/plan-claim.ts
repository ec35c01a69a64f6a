import { type Condition, type NewCondition, isTrue, withCondition } from '@ignite/toolkit/object/condition';
import type { SandboxClaim, SandboxClaimStatus } from '../kinds/sandbox-claim.ts';
import type { SandboxTemplate } from '../kinds/sandbox-template.ts';
import type { SandboxWarmPool } from '../kinds/sandbox-warm-pool.ts';
import type { Sandbox } from '../kinds/sandbox.ts';
import { isControlledBy, isLeaving } from './owner.ts';
import { templateProblems } from './plan-vm-spec.ts';
import { isReady, unclaimed } from './plan-warm-pool.ts';

export type ClaimAction =
  | { readonly kind: 'none' | 'delete-sandbox' | 'delete-claim' }
  /** The first one that nobody else claims at the same moment becomes that of the claim. */
  | { readonly kind: 'adopt'; readonly candidates: readonly Sandbox[] }
  | { readonly kind: 'create'; readonly spec: Readonly<Record<string, unknown>> };

export interface ClaimPlan {
  readonly action: ClaimAction;
  readonly sandbox?: Sandbox;
  readonly status: SandboxClaimStatus;
  readonly lookAgainMs?: number;
}

export interface ClaimFacts {
  readonly pool: SandboxWarmPool | undefined;
  readonly template: SandboxTemplate | undefined;
  /** The Sandboxes of the namespace, in which a new one of a claim has the name of the claim. */
  readonly sandboxes: readonly Sandbox[];
  readonly nowMs: number;
}

const none = { kind: 'none' } as const;

/** Pure. Plans what becomes of a claim: it has the Sandbox that it controls, or gets one. */
export function planClaim(claim: SandboxClaim, { pool, template, sandboxes, nowMs }: ClaimFacts): ClaimPlan {
  const sandbox = sandboxes.find((each) => isControlledBy(each, claim));
  const endMs = endOf(claim, sandbox);
  const as = (
    action: ClaimAction,
    ready?: Pick<NewCondition, 'status' | 'reason' | 'message'>,
  ): ClaimPlan => ({
    action,
    ...(sandbox && { sandbox }),
    status: statusOf(claim, sandbox, ready, nowMs),
    ...(endMs > nowMs && endMs < Infinity && { lookAgainMs: endMs - nowMs }),
  });
  const waits = (message: string): ClaimPlan =>
    as(none, { status: 'False', reason: 'DependenciesNotReady', message });
  if (endMs <= nowMs) {
    const expired = { status: 'False', reason: 'ClaimExpired', message: 'the claim has expired' } as const;
    if (claim.spec.lifecycle?.shutdownPolicy !== 'Retain') return as({ kind: 'delete-claim' }, expired);
    return as(sandbox && !isLeaving(sandbox) ? { kind: 'delete-sandbox' } : none, expired);
  }
  if (sandbox) return as(none);
  if (!pool) return waits(`there is no SandboxWarmPool "${claim.spec.warmPoolRef.name}"`);
  if (!template) return waits(`there is no SandboxTemplate "${pool.spec.sandboxTemplateRef.name}"`);
  const problems = [...templateProblems(template.spec), ...envProblems(claim, template)];
  if (problems.length > 0) return waits(problems.join('; '));
  const isOfOwn = (claim.spec.env ?? []).length > 0;
  const candidates = isOfOwn ? [] : unclaimed(pool, sandboxes).filter(isReady);
  const making = { status: 'False', reason: 'DependenciesNotReady', message: 'it gets a Sandbox' } as const;
  if (candidates.length > 0) return as({ kind: 'adopt', candidates }, making);
  const { name } = claim.metadata;
  if (sandboxes.some(({ metadata }) => metadata.name === name))
    return waits(`there is a Sandbox "${name}" already, which is not its own`);
  return as({ kind: 'create', spec: coldSpec(claim, template) }, making);
}

/** When a claim expires, in milliseconds since 1970. */
function endOf({ spec: { lifecycle = {} as never } }: SandboxClaim, sandbox: Sandbox | undefined): number {
  const { shutdownTime, ttlSecondsAfterFinished } = lifecycle as NonNullable<
    SandboxClaim['spec']['lifecycle']
  >;
  const finished = sandbox?.status?.conditions?.find(
    ({ type, status }) => type === 'Finished' && status === 'True',
  );
  const ttlMs =
    finished && ttlSecondsAfterFinished !== undefined
      ? Date.parse(finished.lastTransitionTime) + ttlSecondsAfterFinished * 1_000
      : Infinity;
  return Math.min(shutdownTime === undefined ? Infinity : Date.parse(shutdownTime), ttlMs);
}

function envProblems({ spec: { env = [] } }: SandboxClaim, { spec }: SandboxTemplate): readonly string[] {
  if (env.length === 0) return [];
  const { envVarsInjectionPolicy: policy, podTemplate } = spec;
  const [container] = podTemplate.spec.containers;
  if (policy === 'Disallowed') return ['env: the template allows no environment variables'];
  const known = new Set((container?.env ?? []).map(({ name }) => name));
  return env.flatMap(({ name, containerName }) => [
    ...(containerName !== undefined && containerName !== container?.name
      ? [`env: there is no container "${containerName}"`]
      : []),
    ...(policy === 'Allowed' && known.has(name) ? [`env: the template has ${name} already`] : []),
  ]);
}

/** A Sandbox as the template describes it, with the environment variables of the claim. */
function coldSpec({ spec: { env = [] } }: SandboxClaim, { spec }: SandboxTemplate) {
  const { podTemplate, volumeClaimTemplates, service } = spec;
  const [first, ...others] = podTemplate.spec.containers;
  const replaced = new Set(env.map(({ name }) => name));
  const all = [
    ...(first!.env ?? []).filter(({ name }) => !replaced.has(name)),
    ...env.map(({ name, value }) => ({ name, value })),
  ];
  const containers = [{ ...first!, ...(all.length > 0 && { env: all }) }, ...others];
  return {
    podTemplate: { ...podTemplate, spec: { ...podTemplate.spec, containers } },
    ...(volumeClaimTemplates && { volumeClaimTemplates }),
    ...(service !== undefined && { service }),
  };
}

function statusOf(
  { metadata, status: before = {} }: SandboxClaim,
  sandbox: Sandbox | undefined,
  ready: Pick<NewCondition, 'status' | 'reason' | 'message'> | undefined,
  nowMs: number,
): SandboxClaimStatus {
  const { generation: observedGeneration } = metadata;
  const told = sandbox?.status?.conditions ?? [];
  const unknown = {
    status: 'False',
    reason: 'DependenciesNotReady',
    message: 'the Sandbox is being made',
  } as const;
  const mirrored = told.map(({ type, status, reason, message }) => ({ type, status, reason, message }));
  const findings = ready
    ? [{ type: 'Ready', ...ready }]
    : isTrue(told, 'Ready') || told.length > 0
      ? mirrored
      : [{ type: 'Ready', ...unknown }];
  const now = new Date(nowMs).toISOString();
  const conditions = findings.reduce<readonly Condition[]>(
    (all, finding) => withCondition(all, { ...finding, observedGeneration }, now),
    (before.conditions ?? []).filter(({ type }) => findings.some((each) => each.type === type)),
  );
  const podIPs = sandbox?.status?.podIPs;
  return {
    conditions,
    ...(sandbox && { sandbox: { name: sandbox.metadata.name, ...(podIPs && { podIPs }) } }),
  };
}
