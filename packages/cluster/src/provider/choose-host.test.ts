import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IgniteMachine } from '../kinds/ignite-infrastructure.ts';
import { sampleMachine } from '../kinds/machine.sample.ts';
import { chooseHost } from './choose-host.ts';

const igniteMachine = (name: string, hostName?: string): IgniteMachine => ({
  apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
  kind: 'IgniteMachine',
  metadata: {
    ...{ name, namespace: 'default', uid: name, resourceVersion: '1', generation: 1 },
    ...{ creationTimestamp: '2026-01-01T00:00:00Z', labels: {}, annotations: {}, finalizers: [] },
  },
  spec: { vm: {} as IgniteMachine['spec']['vm'], ...(hostName !== undefined && { hostName }) },
});

const alive = new Set(['south', 'north']);

test('chooseHost: free machines are dealt out evenly, whichever is asked for first', () => {
  const all = ['d', 'b', 'a', 'c'].map((name) => igniteMachine(name));
  const dealt = all.map((each) => `${each.metadata.name} ${chooseHost(each, undefined, alive, all)}`);
  assert.deepEqual(dealt, ['d south', 'b south', 'a north', 'c north']);
  // One was taken meanwhile: the others are dealt out as before.
  const later = [...all.filter(({ metadata }) => metadata.name !== 'a'), igniteMachine('a', 'north')];
  const again = later.map((each) => `${each.metadata.name} ${chooseHost(each, undefined, alive, later)}`);
  assert.deepEqual(again, ['d south', 'b south', 'c north', 'a north']);
});

test('chooseHost: the host with the fewest machines comes first, and one that is lost gets none', () => {
  const taken = [igniteMachine('x', 'north'), igniteMachine('y', 'north'), igniteMachine('z', 'lost')];
  const free = ['a', 'b', 'c'].map((name) => igniteMachine(name));
  const all = [...taken, ...free];
  assert.deepEqual(
    free.map((each) => chooseHost(each, undefined, alive, all)),
    ['south', 'south', 'north'],
  );
  assert.equal(chooseHost(taken[2]!, undefined, alive, all), 'lost', 'its VM may still be there');
  assert.equal(chooseHost(free[0]!, undefined, new Set(), all), undefined);
});

test('chooseHost: a failure domain is a host', () => {
  const machine = sampleMachine({ name: 'a' });
  const placed = { ...machine, spec: { ...machine.spec, failureDomain: 'south' } };
  const free = igniteMachine('a');
  assert.equal(chooseHost(free, placed, alive, [free]), 'south');
  assert.equal(chooseHost(igniteMachine('a', 'north'), placed, alive, []), 'north');
});
