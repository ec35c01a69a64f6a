import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Log } from '@ignite/toolkit/log/log';
import type { EtcdServers, ManagedMember } from './workload-cluster.ts';

/** Asks an etcd for its members. One that does not answer is in a state of its own, and that is no failure. */
export async function membersOf(
  etcd: EtcdServers,
  log: Log,
  signal: AbortSignal,
): Promise<readonly ManagedMember[] | 'unknown'> {
  try {
    return await etcd.members(signal);
  } catch (failure) {
    signal.throwIfAborted();
    log('debug', 'the members of an etcd cannot be told', { error: errorText(failure) });
    return 'unknown';
  }
}
