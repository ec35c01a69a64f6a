import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NetnsLink, NetnsRoute } from './netns-links.ts';
import { planRoutes } from './plan-routes.ts';

const lo: NetnsLink = { name: 'lo', mac: '', mtu: 65_536, addresses: [], routes: [] };
/** The device of a pod, with some routes beside those of its network. */
const eth0 = (...more: readonly NetnsRoute[]): NetnsLink => ({
  ...{ name: 'eth0', kind: 'veth', mac: '02:00:00:00:00:01', mtu: 1_500 },
  addresses: ['10.61.0.2/16', 'fd00:61::2/64'],
  routes: [
    { to: 'default', via: '10.61.0.1', isConnected: false },
    { to: '10.61.0.0/16', isConnected: true },
    { to: 'fd00:61::/64', isConnected: true },
    { to: '172.20.0.0/16', via: '10.61.0.9', isConnected: false },
    ...more,
  ],
});
const ofPod = (to: string, via: string): NetnsRoute => ({ to, via, isConnected: false, isOfPod: true });
const a = { to: '10.244.1.0/24', via: '10.61.0.3' };
const b = { to: '10.244.2.0/24', via: '10.61.0.4' };

describe('planRoutes: what is there becomes what is wanted', () => {
  const add = (to: string, via: string) => `route replace ${to} via ${via} dev eth0 proto 96`;
  const remove = (to: string, via: string) => `route delete ${to} via ${via} dev eth0 proto 96`;
  for (const [what, wanted, found, lines] of [
    ['nothing', [], [], []],
    ['a first route', [a], [], [add(a.to, a.via)]],
    ['one that is there', [a], [ofPod(a.to, a.via)], []],
    ['one more', [a, b], [ofPod(a.to, a.via)], [add(b.to, b.via)]],
    ['one less', [b], [ofPod(a.to, a.via), ofPod(b.to, b.via)], [remove(a.to, a.via)]],
    ['none any more', [], [ofPod(a.to, a.via)], [remove(a.to, a.via)]],
    ['another neighbour', [{ ...a, via: '10.61.0.7' }], [ofPod(a.to, a.via)], [add(a.to, '10.61.0.7')]],
    [
      'a network inside another',
      [a, { to: '10.244.0.0/16', via: b.via }],
      [ofPod(a.to, a.via)],
      [add('10.244.0.0/16', b.via)],
    ],
    ['IPv6', [{ to: 'fd00:244::/64', via: 'fd00:61::3' }], [], [add('fd00:244::/64', 'fd00:61::3')]],
    [
      'another spelling',
      [{ to: 'fd00:244:0::/64', via: 'fd00:61:0::3' }],
      [ofPod('fd00:244::/64', 'fd00:61::3')],
      [],
    ],
    ['a single address', [{ to: '10.244.1.7/32', via: a.via }], [ofPod('10.244.1.7', a.via)], []],
  ] as const)
    test(what, () => {
      const plan = planRoutes(wanted, [lo, eth0(...found)]);
      assert.deepEqual(plan.lines, lines);
      assert.deepEqual(plan.refused, []);
      assert.deepEqual(
        plan.missing.map(({ to, via }) => add(to, via)),
        lines.filter((line) => line.startsWith('route replace')),
      );
    });
});

describe('planRoutes: a route that would take the place of those of the network is refused, and one that is there goes', () => {
  for (const [what, to, via, reason] of [
    ['to all of its own subnet', '10.61.0.0/16', a.via, 'the pod reaches addresses of this subnet directly'],
    ['to a neighbour', '10.61.0.5/32', a.via, 'the pod reaches addresses of this subnet directly'],
    ['to more than its own subnet', '10.0.0.0/8', a.via, 'the pod reaches addresses of this subnet directly'],
    [
      'to its own subnet of IPv6',
      'fd00:61::/65',
      'fd00:61::3',
      'the pod reaches addresses of this subnet directly',
    ],
    ['that is there already', '172.20.0.0/16', a.via, 'the network of the pod has a route of its own there'],
    [
      'that is part of one of its network',
      '172.20.128.0/17',
      a.via,
      'the network of the pod has a route of its own there',
    ],
    [
      'that takes in one of its network',
      '172.16.0.0/12',
      a.via,
      'the network of the pod has a route of its own there',
    ],
    ['by itself', a.to, '10.61.0.2', '10.61.0.2 is an address of the pod itself'],
    ['by somebody elsewhere', a.to, '192.168.1.1', '192.168.1.1 is not on the network of the pod'],
    ['by another route', a.to, '172.20.0.7', '172.20.0.7 is not on the network of the pod'],
  ] as const)
    test(what, () => {
      const plan = planRoutes([{ to, via }, b], [lo, eth0(ofPod(b.to, b.via))]);
      assert.deepEqual(plan, { lines: [], missing: [], refused: [{ to, via, reason }] });
    });

  test('which was accepted before', () => {
    const { lines } = planRoutes([{ ...a, via: '10.61.0.2' }], [lo, eth0(ofPod(a.to, a.via))]);
    assert.deepEqual(lines, [`route delete ${a.to} via ${a.via} dev eth0 proto 96`]);
  });
});

test('planRoutes: many routes take no more than to read each of them', (t) => {
  const wanted = Array.from({ length: 64 }, (_, at) => ({
    to: `10.244.${at >> 4}.${(at % 16) * 16}/28`,
    via: '10.61.0.3',
  }));
  const found = wanted.map(({ to, via }) => ofPod(to, via));
  // Each part of an address that is parsed becomes a BigInt.
  const { mock } = t.mock.method(globalThis, 'BigInt');
  const plan = planRoutes(wanted, [lo, eth0(...found)]);
  assert.deepEqual(plan, { lines: [], missing: [], refused: [] });
  const perRoute = mock.callCount() / wanted.length;
  assert.ok(perRoute < 100, `${perRoute} conversions for each route`);
});
