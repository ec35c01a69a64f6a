import { isIgnitesOwn } from '@ignite/api/v1/own-marks';
import type { Vm } from '@ignite/api/v1/vm';
import type { KindKey } from '@ignite/toolkit/client/kind-client';
import type { ReconcileResult } from '@ignite/toolkit/controller/controller';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { assignedAnnotation, claimLabel, launchTypeLabel, poolLabel } from '../kinds/groups.ts';
import { sandboxClaimKind, sandboxKind, sandboxWarmPoolKind } from '../kinds/kinds.ts';
import type { SandboxClaim } from '../kinds/sandbox-claim.ts';
import type { SandboxTemplate } from '../kinds/sandbox-template.ts';
import type { SandboxWarmPool } from '../kinds/sandbox-warm-pool.ts';
import type { Sandbox } from '../kinds/sandbox.ts';
import { controllerReference, isLeaving } from '../plan/owner.ts';
import { type ClaimPlan, planClaim } from '../plan/plan-claim.ts';
import { planSandbox, sandboxLabel } from '../plan/plan-sandbox.ts';
import { memberLabels, planWarmPool } from '../plan/plan-warm-pool.ts';
import type { SandboxClients } from './sandbox-clients.ts';
import { isOvertaken, writeStatus } from './write-status.ts';

const soonMs = 200;

export interface Reconciling {
  readonly clients: SandboxClients;
  /** The host that runs the VMs. */
  readonly hostName: string;
  readonly now: () => number;
}

type Key = Required<KindKey>;

/** Makes the VM of a Sandbox what the Sandbox says. */
export async function reconcileSandbox(
  key: Key,
  { clients, hostName, now }: Reconciling,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const sandbox = await clients.sandboxes.find(key, { signal });
  if (!sandbox || isLeaving(sandbox)) return {};
  const vm = await clients.vms.find(key, { signal });
  const plan = planSandbox(sandbox, vm, now());
  const { action, lookAgainMs } = plan;
  let { status } = plan;
  switch (action.kind) {
    case 'create-vm':
      try {
        await clients.vms.create(vmOf(sandbox, { ...action.spec, hostName }), { signal });
      } catch (failure) {
        if (!hasCode(failure, 'INVALID')) throw failure;
        ({ status } = planSandbox(sandbox, vm, now(), errorText(failure)));
      }
      break;
    case 'set-power': {
      const { power } = action;
      const isSame = (each: Vm): boolean => each.metadata.uid === vm?.metadata.uid;
      await clients.vms.modify(
        key,
        (each) => (isSame(each) ? { ...each, spec: { ...each.spec, power } } : each),
        { signal },
      );
      break;
    }
    case 'delete-vm':
      await remove(clients.vms, vm!, signal);
      break;
    case 'delete-sandbox':
      await remove(clients.sandboxes, sandbox, signal);
      return {};
    case 'none':
      break;
  }
  await writeStatus(clients.sandboxes, sandbox, status, signal);
  return lookAgainMs === undefined ? {} : { requeueAfterMs: lookAgainMs };
}

/** What Ignite itself acts upon stays out: whoever writes Sandboxes may not set the environment of a VMM on the host, say. */
const withoutIgnites = (entries: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(entries).filter(([name]) => !isIgnitesOwn(name)));

function vmOf(sandbox: Sandbox, spec: object) {
  const { namespace, name } = sandbox.metadata;
  const { labels, annotations } = sandbox.spec.podTemplate.metadata ?? {};
  return {
    metadata: {
      ...{ namespace, name, annotations: withoutIgnites(annotations) },
      labels: { ...withoutIgnites(labels), [sandboxLabel]: name },
      ownerReferences: [controllerReference(sandboxKind, sandbox)],
    },
    spec,
  };
}

/** Makes the Sandboxes that a pool lacks, and removes those that it does not want. */
export async function reconcilePool(
  key: Key,
  { clients, now }: Reconciling,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const pool = await clients.pools.find(key, { signal });
  if (!pool || isLeaving(pool)) return {};
  const { namespace } = key;
  const template = await clients.templates.find(
    { namespace, name: pool.spec.sandboxTemplateRef.name },
    { signal },
  );
  const { items } = await clients.sandboxes.list({ namespace, signal });
  const { missing, surplus, status, lookAgainMs } = planWarmPool(pool, template, items, now());
  for (const each of surplus) await remove(clients.sandboxes, each, signal);
  for (let left = missing; left > 0 && template; left--)
    await clients.sandboxes.create(memberOf(pool, template), { signal });
  await writeStatus(clients.pools, pool, status, signal);
  return lookAgainMs === undefined ? {} : { requeueAfterMs: lookAgainMs };
}

function memberOf(pool: SandboxWarmPool, template: SandboxTemplate) {
  const { podTemplate, volumeClaimTemplates, service } = template.spec;
  return {
    metadata: {
      namespace: pool.metadata.namespace,
      generateName: `${pool.metadata.name}-`,
      labels: memberLabels(pool, template),
      ownerReferences: [controllerReference(sandboxWarmPoolKind, pool)],
    },
    spec: {
      podTemplate,
      ...(volumeClaimTemplates && { volumeClaimTemplates }),
      ...(service !== undefined && { service }),
    },
  };
}

/** Gives a claim a Sandbox that is ready, or one of its own. */
export async function reconcileClaim(
  key: Key,
  { clients, now }: Reconciling,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const claim = await clients.claims.find(key, { signal });
  if (!claim || isLeaving(claim)) return {};
  const { namespace } = key;
  const pool = await clients.pools.find({ namespace, name: claim.spec.warmPoolRef.name }, { signal });
  const template =
    pool &&
    (await clients.templates.find({ namespace, name: pool.spec.sandboxTemplateRef.name }, { signal }));
  const { items: sandboxes } = await clients.sandboxes.list({ namespace, signal });
  const plan = planClaim(claim, { pool, template, sandboxes, nowMs: now() });
  if (plan.action.kind === 'delete-claim') {
    await remove(clients.claims, claim, signal);
    return {};
  }
  const isDone = await act(claim, plan, clients, signal);
  await writeStatus(clients.claims, claim, plan.status, signal);
  if (!isDone) return { requeueAfterMs: soonMs };
  return plan.lookAgainMs === undefined ? {} : { requeueAfterMs: plan.lookAgainMs };
}

/** Returns whether nothing remains to be done for now. */
async function act(
  claim: SandboxClaim,
  { action, sandbox }: ClaimPlan,
  clients: SandboxClients,
  signal: AbortSignal,
): Promise<boolean> {
  switch (action.kind) {
    case 'adopt':
      for (const each of action.candidates) if (await adopt(claim, each, clients, signal)) break;
      return false;
    case 'create':
      await clients.sandboxes
        .create(coldSandbox(claim, action.spec), { signal })
        .catch((failure: unknown) => {
          if (!isOvertaken(failure)) throw failure;
        });
      return false;
    case 'delete-sandbox':
      await remove(clients.sandboxes, sandbox!, signal);
      return true;
    case 'delete-claim':
    case 'none':
      if (sandbox) await assign(claim, sandbox, clients, signal);
      return true;
  }
}

/** Makes a Sandbox that of a claim. It holds only for the Sandbox as it was read, so that of several claims one gets it. */
async function adopt(
  claim: SandboxClaim,
  sandbox: Sandbox,
  clients: SandboxClients,
  signal: AbortSignal,
): Promise<boolean> {
  const { [poolLabel]: _pool, ...labels } = sandbox.metadata.labels;
  const metadata = {
    ...sandbox.metadata,
    labels: { ...labels, ...labelsOf(claim) },
    ownerReferences: [controllerReference(sandboxClaimKind, claim)],
  };
  try {
    await clients.sandboxes.update({ ...sandbox, metadata }, { signal });
    return true;
  } catch (failure) {
    if (isOvertaken(failure)) return false;
    throw failure;
  }
}

const labelsOf = (claim: SandboxClaim) => ({
  ...claim.spec.additionalPodMetadata?.labels,
  [claimLabel]: claim.metadata.uid,
});

const coldSandbox = (claim: SandboxClaim, spec: object) => ({
  metadata: {
    namespace: claim.metadata.namespace,
    name: claim.metadata.name,
    labels: { ...labelsOf(claim), [launchTypeLabel]: 'cold' },
    ownerReferences: [controllerReference(sandboxClaimKind, claim)],
  },
  spec,
});

/** Writes down in a claim which Sandbox it has. */
async function assign(
  claim: SandboxClaim,
  { metadata: { name } }: Sandbox,
  { claims }: SandboxClients,
  signal: AbortSignal,
): Promise<void> {
  if (claim.metadata.annotations[assignedAnnotation] === name) return;
  await claims.modify(
    claim.metadata,
    (now) => ({
      ...now,
      metadata: { ...now.metadata, annotations: { ...now.metadata.annotations, [assignedAnnotation]: name } },
    }),
    { signal },
  );
}

/** Removes an object as it was read: one that somebody has claimed meanwhile stays. */
async function remove<T extends KubeObject>(
  client: { delete(key: KindKey, options: object): Promise<T | undefined> },
  { metadata }: T,
  signal: AbortSignal,
): Promise<void> {
  const { uid, resourceVersion } = metadata;
  try {
    await client.delete(metadata, { preconditions: { uid, resourceVersion }, signal });
  } catch (failure) {
    if (!isOvertaken(failure)) throw failure;
  }
}
