import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as v from 'valibot';
import { hostPodSpecSchema } from './host-pod.ts';
import { isPodRoute, maxRoutes } from './pod-route.ts';

describe('isPodRoute: a route to a subnet by a neighbour of the same family', () => {
  for (const [to, via, isAllowed] of [
    ['10.244.1.0/24', '10.61.0.3', true],
    ['10.244.1.7/32', '10.61.0.3', true],
    ['10.0.0.0/8', '10.61.0.3', true],
    ['fd00:244::/64', 'fd00:61::3', true],
    ['0.0.0.0/0', '10.61.0.3', false],
    ['0.0.0.0/1', '10.61.0.3', false],
    ['8.0.0.0/7', '10.61.0.3', false],
    ['::/0', 'fd00:61::3', false],
    ['fc00::/7', 'fd00:61::3', false],
    ['127.0.0.0/8', '10.61.0.3', false],
    ['169.254.169.254/32', '10.61.0.3', false],
    ['224.0.0.0/8', '10.61.0.3', false],
    ['255.255.255.255/32', '10.61.0.3', false],
    ['::1/128', 'fd00:61::3', false],
    ['fe80::/64', 'fd00:61::3', false],
    ['fd00:244::%eth0/64', 'fd00:61::3', false],
    ['10.244.1.5/24', '10.61.0.3', false],
    ['10.244.1.0', '10.61.0.3', false],
    ['10.244.1.0/024', '10.61.0.3', false],
    ['10.244.1.0/33', '10.61.0.3', false],
    ['default', '10.61.0.3', false],
    ['10.244.1.0/24 dev lo', '10.61.0.3', false],
    ['10.244.1.0/24', 'fd00:61::3', false],
    ['10.244.1.0/24', '10.61.0.3\nroute delete default', false],
    ['10.244.1.0/24', '10.61.0.3/16', false],
    ['fd00:244::/64', 'fe80::1%eth0', false],
    ['10.244.1.0/24', 'node', false],
    ['10.244.1.0/24', '', false],
  ] as const)
    test(`${JSON.stringify(to)} via ${JSON.stringify(via)}: ${isAllowed ? 'yes' : 'no'}`, () => {
      assert.equal(isPodRoute({ to, via }), isAllowed);
      assert.equal(v.safeParse(hostPodSpecSchema, { routes: [{ to, via }] }).success, isAllowed);
    });
});

test('a pod has a limited number of routes, one to each subnet, and none beside a balancer', () => {
  const some = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ to: `10.${at >> 8}.${at % 256}.0/24`, via: '10.61.0.3' }));
  const isValid = (spec: object): boolean => v.is(hostPodSpecSchema, spec);
  assert.ok(isValid({ routes: some(maxRoutes) }));
  assert.ok(!isValid({ routes: some(maxRoutes + 1) }));
  const twice = ['fd00:244::/64', 'fd00:244:0::/64'].map((to) => ({ to, via: 'fd00:61::3' }));
  assert.ok(!isValid({ routes: twice }));
  assert.ok(!isValid({ routes: some(1), balancer: { port: 6_443 } }));
});
