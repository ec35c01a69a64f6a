import { isDeepStrictEqual } from 'node:util';
import type { ClusterRole } from '@ignite/toolkit/access/resources/role';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { type ReconcileResult, runController } from '@ignite/toolkit/controller/controller';
import { Informer } from '@ignite/toolkit/controller/informer';
import { WorkQueue } from '@ignite/toolkit/controller/work-queue';
import { clientKinds } from '../access-kinds.ts';
import { aggregatedRules } from '../aggregated-rules.ts';
import { unlessChanged } from '@ignite/toolkit/client/delete-seen';
import type { RbacOptions } from '../rbac-authorizer.ts';

/** Pure. Returns the roles whose rules no longer say what they gather, with the rules that they should have. */
const outdatedRoles = (roles: readonly ClusterRole[]): readonly ClusterRole[] =>
  roles.flatMap((role) => {
    const rules = aggregatedRules(role, roles);
    return isDeepStrictEqual(rules, role.rules) ? [] : [{ ...role, rules }];
  });

/** Writes into roles the rules that they gather, for those who look at them, until `signal` aborts. */
export async function keepAggregatedRules(
  { client, clock, log }: RbacOptions,
  signal: AbortSignal,
): Promise<void> {
  const roles = new KindClient(client, clientKinds.clusterRoles);
  const informer = new Informer(roles, clock, log);
  const queue = new WorkQueue(clock);
  informer.onChange(() => queue.add('all'));
  const reconcile = async (): Promise<ReconcileResult> => {
    await informer.synced;
    await writeAggregatedRules(roles, informer.list(), signal);
    return {};
  };
  const controller = { name: 'aggregated roles', queue, concurrency: 1, reconcile, clock, log };
  await Promise.all([informer.run(signal), runController(controller, signal)]);
}

/** What someone changes meanwhile is left to the next time. */
async function writeAggregatedRules(
  client: KindClient<ClusterRole>,
  roles: readonly ClusterRole[],
  signal: AbortSignal,
): Promise<void> {
  for (const role of outdatedRoles(roles)) await client.update(role, { signal }).catch(unlessChanged);
}
