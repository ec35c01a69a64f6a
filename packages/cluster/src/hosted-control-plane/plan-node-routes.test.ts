import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { maxRoutes } from '@ignite/api/host-pod/pod-route';
import type { Node } from '../workload/node.ts';
import { planNodeRoutes } from './plan-node-routes.ts';

/** Returns a node that was made in some second, with Pod networks and InternalIPs. */
const node = (
  name: string,
  second: number,
  podCIDRs: readonly string[],
  ...internal: readonly string[]
): Node => ({
  ...{ apiVersion: 'v1', kind: 'Node' },
  metadata: {
    ...{ name, namespace: '', uid: name, resourceVersion: '1', generation: 1 },
    ...{
      creationTimestamp: new Date(second * 1_000).toISOString(),
      labels: {},
      annotations: {},
      finalizers: [],
    },
  },
  spec: { podCIDRs },
  status: {
    addresses: [
      { type: 'Hostname', address: '10.61.0.99' },
      ...internal.map((address) => ({ type: 'InternalIP', address })),
    ],
  },
});
const pods = ['10.244.0.0/16', 'fd00:244::/48'];
const plan = (...nodes: readonly Node[]): readonly string[] =>
  planNodeRoutes(nodes, pods).map(({ to, via }) => `${to} ${via}`);
const a = node('a', 1, ['10.244.0.0/24'], '10.61.0.3');

describe('planNodeRoutes: a route to the Pods of each node', () => {
  for (const [what, nodes, routes] of [
    ['no node', [], []],
    ['a node', [a], ['10.244.0.0/24 10.61.0.3']],
    [
      'nodes in any order',
      [node('b', 2, ['10.244.1.0/24'], '10.61.0.4'), a],
      ['10.244.0.0/24 10.61.0.3', '10.244.1.0/24 10.61.0.4'],
    ],
    [
      'by the first address of the family',
      [node('b', 1, ['10.244.1.0/24', 'fd00:244:0:1::/64'], 'fd00:61::4', '10.61.0.4', '10.61.0.5')],
      ['10.244.1.0/24 10.61.0.4', 'fd00:244:0:1::/64 fd00:61::4'],
    ],
    ['in its shortest form', [node('b', 1, ['10.244.1.7/24'], '10.61.0.4')], ['10.244.1.0/24 10.61.0.4']],
    ['no network yet', [node('b', 1, [], '10.61.0.4')], []],
    ['no address yet', [node('b', 1, ['10.244.1.0/24'])], []],
    ['a node of which nothing is known', [{ ...a, spec: {}, status: {} }], []],
  ] as const)
    test(what, () => assert.deepEqual(plan(...nodes), routes));

  test('without a Pod network of the cluster there are none', () => {
    assert.deepEqual(planNodeRoutes([a], []), []);
  });
});

describe('planNodeRoutes: a node that lies gets nothing that is not its own', () => {
  for (const [what, evil] of [
    ['everything', node('evil', 2, ['0.0.0.0/0'], '10.61.0.9')],
    [
      'other networks',
      node('evil', 2, ['10.61.0.0/24', '10.96.0.1/32', 'fd00:61::/64'], '10.61.0.9', 'fd00:61::9'),
    ],
    ['more than the Pods', node('evil', 2, ['10.244.0.0/15'], '10.61.0.9')],
    ['all Pods', node('evil', 2, ['10.244.0.0/16'], '10.61.0.9')],
    ['the Pods of an older node', node('evil', 2, ['10.244.0.0/24'], '10.61.0.9')],
    ['a Pod of an older node', node('evil', 2, ['10.244.0.5/32'], '10.61.0.9')],
    ['no networks', node('evil', 2, ['', '10.244.7.0', '10.244.7.0/x', 'default'], '10.61.0.9')],
    [
      'no addresses',
      node(
        'evil',
        2,
        ['10.244.7.0/24'],
        '',
        'x',
        '10.61.0.9\n',
        '10.61.0.9 dev lo',
        'fe80::1%eth0',
        'fd00:61::9',
      ),
    ],
  ] as const)
    test(what, () => assert.deepEqual(plan(evil, a), ['10.244.0.0/24 10.61.0.3']));

  test('and what an older node has without an address yet stays that of the older one', () => {
    const waiting = node('waiting', 1, ['10.244.0.0/24']);
    assert.deepEqual(plan(node('evil', 2, ['10.244.0.0/24'], '10.61.0.9'), waiting), []);
  });
});

test('planNodeRoutes: there are no more routes than a pod may have, and those of the oldest nodes are among them', () => {
  const many = Array.from({ length: maxRoutes + 5 }, (_, at) =>
    node(`n${at}`, at, [`10.244.${at >> 4}.${(at % 16) * 16}/28`], '10.61.0.3'),
  );
  const routes = planNodeRoutes(many.toReversed(), pods);
  assert.equal(routes.length, maxRoutes);
  assert.equal(routes[0]?.to, '10.244.0.0/28');
});

test('planNodeRoutes: once a pod has all routes that it may have, no more nodes are looked at', () => {
  const many = Array.from({ length: maxRoutes }, (_, at) =>
    node(`n${at}`, at, [`10.244.${at >> 4}.${(at % 16) * 16}/28`], '10.61.0.3'),
  );
  const younger = {
    ...node('younger', maxRoutes, []),
    get spec() {
      return assert.fail('it is looked at');
    },
  };
  assert.equal(planNodeRoutes([younger, ...many], pods).length, maxRoutes);
});

test('planNodeRoutes: nodes without a route do not count as those of a pod', () => {
  const waiting = Array.from({ length: maxRoutes }, (_, at) =>
    node(`n${at}`, at, [`10.244.${at >> 4}.${(at % 16) * 16}/28`]),
  );
  assert.deepEqual(plan(...waiting, node('b', maxRoutes, ['10.244.255.0/24'], '10.61.0.4')), [
    '10.244.255.0/24 10.61.0.4',
  ]);
});
