import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { EtcdAction } from './plan-etcd.ts';
import type { EtcdServers } from './workload-cluster.ts';

/** Lets a learner vote. Resolves with why it waits instead: etcd refuses a learner that has not caught up. */
export async function promoteLearner(
  id: string,
  etcd: EtcdServers,
  signal: AbortSignal,
): Promise<Extract<EtcdAction, { readonly type: 'wait' }> | undefined> {
  try {
    await etcd.promote(id, signal);
    return undefined;
  } catch (failure) {
    if (!hasCode(failure, 'ETCD_FAILED')) throw failure;
    return { type: 'wait', reason: `a member is catching up: ${errorText(failure)}` };
  }
}
