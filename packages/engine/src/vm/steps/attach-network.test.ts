import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import type { Vm } from '@ignite/api/v1/vm';
import { newUid } from '@ignite/toolkit/object/uid';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import type { AttachRequest, Network } from '../../tools/network/network.ts';
import { engineClient } from '../../tools/store/engine-client.sample.ts';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { attachNetwork } from './attach-network.ts';

const identity = { vmUid: newUid(), hostname: 'web' };
const op = { signal: AbortSignal.timeout(60_000), report: () => undefined };

/** Attaches a VM of the namespace `garden` with the name `copy`, and returns what its network is asked for. */
async function asked(network: object, status: Partial<Vm['status']>): Promise<AttachRequest> {
  const objects = engineClient(new MemoryStore());
  const { spec, metadata, ...vm } = sampleVm({ name: 'copy', uid: newUid(), spec: { network }, status });
  const stored = await vmsIn(objects).create({
    ...vm,
    spec,
    metadata: { name: metadata.name, uid: metadata.uid, namespace: 'garden' },
  });
  const requests: AttachRequest[] = [];
  const fake: Pick<Network, 'attach' | 'unreadable'> = {
    unreadable: async () => [],
    attach: async (request) => {
      requests.push(request);
      return { netnsPath: '/n', nics: [], dns: [] };
    },
  };
  const host = { objects, self: { name: 'a', isAlone: true }, network: fake as Network };
  await attachNetwork(stored, {}, host, op);
  return requests[0]!;
}

test('attachNetwork: the neighbours of a VM know it by its name in its namespace', async () => {
  assert.equal((await asked({}, {})).name, 'copy.garden');
});

test('attachNetwork: a guest with a kept identity has the name of that in the namespace of its own VM', async () => {
  assert.equal((await asked({ router: 'test' }, { identity })).name, 'web.garden');
});

test('attachNetwork: a guest with a kept identity is attached to no network of the host itself', async () => {
  await assert.rejects(asked({}, { identity }), { code: 'VM_INVALID' });
});

test('attachNetwork: a guest with a kept identity must get the MAC and the address that it knows, however it starts', async () => {
  const interfaces = [{ name: 'eth0', mac: '02:00:00:00:00:07', ipAddresses: ['10.1.0.7'] }];
  const network = { ipAddresses: ['10.2.0.7'], mac: '02:00:00:00:00:07', gateway: '10.1.0.1', interfaces };
  const eth0 = { kind: 'cni', name: 'eth0', lastAddresses: ['10.1.0.7'] };
  const kept = await asked({ router: 'test' }, { identity, network });
  assert.deepEqual(kept.interfaces, [{ ...eth0, addresses: ['10.1.0.7'], mac: '02:00:00:00:00:07' }]);
  const other = await asked({ router: 'test' }, { network });
  assert.deepEqual(other.interfaces, [{ ...eth0, addresses: [] }]);
});
