import { apiVersion } from '@ignite/api/v1/group';
import type { Host } from '@ignite/api/v1/host';
import { hostResource } from '@ignite/api/v1/resources/host';
import { KindReader } from '@ignite/toolkit/client/kind-client';
import { withCondition } from '@ignite/toolkit/object/condition';
import { objectKind } from '@ignite/toolkit/scheme/object-kind';
import type { OwnObjects } from '../store/own-vms.ts';
import { liveHosts } from './host-lease.ts';

/** A listing waits for no schema. */
const listedHost = objectKind<Host>(hostResource, apiVersion);

/**
 * Lists the hosts. Whether one is ready that does not renew its lease, nobody knows, unless it is this host and
 * alone.
 */
export async function listHosts({ objects, self }: OwnObjects, nowMs: number): Promise<readonly Host[]> {
  const [{ items }, alive] = await Promise.all([
    new KindReader(objects, listedHost).list(),
    liveHosts(objects, nowMs),
  ]);
  const isKnown = ({ metadata: { name } }: Host): boolean =>
    alive.has(name) || (self.isAlone && name === self.name);
  return items.map((host) => (isKnown(host) ? host : silent(host, nowMs)));
}

/** Pure. Returns a host as it is known while it does not renew its lease. */
function silent(host: Host, nowMs: number): Host {
  const ready = {
    type: 'Ready',
    status: 'Unknown',
    reason: 'HostSilent',
    message: 'its controller does not renew its lease',
    observedGeneration: host.metadata.generation,
  } as const;
  const conditions = withCondition(host.status.conditions, ready, new Date(nowMs).toISOString());
  return { ...host, status: { ...host.status, conditions } };
}
