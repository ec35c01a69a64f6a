import { KindClient } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { type ReconcileResult, runController } from '@ignite/toolkit/controller/controller';
import { WorkQueue } from '@ignite/toolkit/controller/work-queue';
import type { ServedResource } from '../../resource/served-resource.ts';
import type { Policies, PoliciesOptions } from './policies.ts';
import type { Policy } from './policy.ts';
import { policyKind } from './policy-kinds.ts';
import { policyWarnings } from './policy-warnings.ts';

export interface ReportOptions extends PoliciesOptions {
  readonly served: () => readonly ServedResource[];
}

const stored = { ...servedKindOf(policyKind), decode: (object: unknown): Policy => object as Policy };

/** Checks policies against the kinds that they are about, and tells in their status what is wrong, until `signal` aborts. */
export async function reportPolicies(
  policies: Policies,
  { client, served, clock, log }: ReportOptions,
  signal: AbortSignal,
): Promise<void> {
  const queue = new WorkQueue(clock);
  const objects = new KindClient(client, stored);
  policies.onChange(({ metadata }) => queue.add(metadata.name));
  const reconcile = async (name: string): Promise<ReconcileResult> => {
    const policy = await objects.find({ name }, { signal });
    if (policy && !isReported(policy))
      await objects.modifyStatus({ name }, (found) => reported(found, served()), { signal });
    return {};
  };
  await runController({ name: 'policy', queue, concurrency: 1, reconcile, clock, log }, signal);
}

const isReported = ({ metadata, status }: Policy): boolean =>
  status?.observedGeneration === metadata.generation;

/** Pure. Returns a policy with what is wrong with it in its status. */
function reported(policy: Policy, served: readonly ServedResource[]): Policy {
  if (isReported(policy)) return policy;
  const expressionWarnings = policyWarnings(policy, served);
  const { generation } = policy.metadata;
  const typeChecking = expressionWarnings.length > 0 ? { expressionWarnings } : {};
  return { ...policy, status: { ...policy.status, observedGeneration: generation, typeChecking } };
}
