import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { newUid } from '@ignite/toolkit/object/uid';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { keepRoutes } from './keep-routes.ts';
import { linkBatch } from './link-batch.ts';
import { Netns, netnsName } from './netns.ts';

const signal = new AbortController().signal;

/** Opens a namespace as the plugins leave it: a device with an address of either family, a default route and another one. */
async function open() {
  const netns = new Netns(localRunner);
  const uid = newUid();
  await netns.ensure(uid, signal);
  const lines = [
    ...['link set dev lo up', 'link add eth0 type veth peer name eth1'],
    ...['link set dev eth0 up', 'link set dev eth1 up'],
    ...['address add 10.70.0.2/24 dev eth0', 'address add fd00:70::2/64 dev eth0 nodad'],
    ...['route add default via 10.70.0.1', 'route add 172.20.0.0/16 via 10.70.0.9'],
  ];
  await linkBatch(uid, lines, { runner: localRunner, signal });
  const show = (...args: readonly string[]): readonly string[] =>
    execFileSync('ip', ['-netns', netnsName(uid), ...args], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  return {
    keep: async (...wanted: readonly (readonly [string, string])[]) =>
      await keepRoutes(
        uid,
        wanted.map(([to, via]) => ({ to, via })),
        localRunner,
        signal,
      ),
    routes: () => [...show('-4', 'route'), ...show('-6', 'route', 'show', 'root', 'fc00::/7', 'proto', '96')],
    [Symbol.asyncDispose]: async () => await netns.remove(uid, signal),
  };
}

const ofNetwork = [
  'default via 10.70.0.1 dev eth0',
  '10.70.0.0/24 dev eth0 proto kernel scope link src 10.70.0.2',
  '172.20.0.0/16 via 10.70.0.9 dev eth0',
];

test('keepRoutes: routes come, change and go, and those of the network stay', async () => {
  await using at = await open();
  const a = ['10.244.1.0/24', '10.70.0.3'] as const;
  const b = ['10.244.2.0/24', '10.70.0.4'] as const;
  const c = ['fd00:244::/64', 'fd00:70::3'] as const;
  assert.deepEqual(await at.keep(a, b, c), []);
  const [first, second, ...rest] = ofNetwork;
  const all = [
    ...[
      first,
      second,
      '10.244.1.0/24 via 10.70.0.3 dev eth0 proto 96',
      '10.244.2.0/24 via 10.70.0.4 dev eth0 proto 96',
      ...rest,
    ],
    'fd00:244::/64 via fd00:70::3 dev eth0 metric 1024 pref medium',
  ];
  assert.deepEqual(at.routes(), all);
  assert.deepEqual(await at.keep(a, b, c), []);
  assert.deepEqual(at.routes(), all);
  assert.deepEqual(await at.keep([a[0], '10.70.0.7']), []);
  const moved = [first, second, '10.244.1.0/24 via 10.70.0.7 dev eth0 proto 96', ...rest];
  assert.deepEqual(at.routes(), moved);
  assert.deepEqual(await at.keep(), []);
  assert.deepEqual(at.routes(), ofNetwork);
});

test('keepRoutes: what the network or the kernel does not allow keeps no other route from being made', async () => {
  await using at = await open();
  const refused = await at.keep(
    ['10.244.1.0/24', '10.70.0.255'], // the broadcast address
    ['10.70.0.128/25', '10.70.0.3'],
    ['172.20.0.0/16', '10.70.0.3'],
    ['10.244.2.0/24', '10.70.0.4'],
  );
  assert.deepEqual(
    refused.map(({ to, reason }) => `${to}: ${reason}`),
    [
      '10.70.0.128/25: the pod reaches addresses of this subnet directly',
      '172.20.0.0/16: the network of the pod has a route of its own there',
      '10.244.1.0/24: Error: Nexthop has invalid gateway.',
    ],
  );
  const [first, second, ...rest] = ofNetwork;
  assert.deepEqual(at.routes(), [first, second, '10.244.2.0/24 via 10.70.0.4 dev eth0 proto 96', ...rest]);
});
