import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForwardingClient } from '@ignite/toolkit/client/forwarding-client';
import type { GroupVersionResource } from '@ignite/toolkit/client/group-version-resource';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ListOptions, ObjectList } from '@ignite/toolkit/client/object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { kinds } from '../kinds/kinds.ts';
import type { IgniteMachine } from '../kinds/ignite-infrastructure.ts';
import { igniteMachineKind, ipAddressClaimKind } from '../kinds/object-kinds.ts';
import { Objects } from '../runtime/objects.ts';
import { withClaimedAddresses } from './claimed-addresses.ts';

/** A management cluster whose role for this host says nothing of claims. */
class WithoutClaims extends ForwardingClient {
  override async list(resource: GroupVersionResource, options?: ListOptions): Promise<ObjectList> {
    if (resource.resource === ipAddressClaimKind.resource) throw new ObjectError('FORBIDDEN', 'may not list');
    return await super.list(resource, options);
  }
}

test(
  'withClaimedAddresses: a host that may not read claims is refused, and does not wait for them',
  { timeout: 60_000 },
  async () => {
    const stored = new StoreObjectClient(new MemoryStore(), kinds.map(servedKindOf));
    const client = new WithoutClaims(() => stored);
    const stop = new AbortController();
    const clock = new ManualClock();
    const work = {
      objects: new Objects({ client, clock, log: () => {}, signal: stop.signal }),
      clock,
      log: () => {},
    };
    const machine = await objectsOf(stored, igniteMachineKind).create({
      metadata: { namespace: 'default', name: 'm' },
      spec: {
        vm: { image: { oci: 'example.com/node:v1' } },
        addressesFromPools: [{ apiGroup: 'ipam.example', kind: 'Lan', name: 'office' }],
      },
    });
    await assert.rejects(withClaimedAddresses(machine as IgniteMachine, 'dev', work), { code: 'FORBIDDEN' });
    stop.abort();
  },
);
