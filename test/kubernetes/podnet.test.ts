import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const podnet = join(import.meta.dirname, '../../images/kubernetes/files/usr/local/libexec/podnet');

/** Runs a part of podnet that only reads and writes text. */
const run = (args: readonly string[], input = ''): string =>
  execFileSync(podnet, args, { input, encoding: 'utf8' });

const plan = (own: string, ...nodes: readonly string[]): string =>
  run(['plan', own], nodes.map((node) => `${node}\n`).join(''));

test('plan: a route to the Pods of each other node, by its first address of the same family', () => {
  assert.equal(
    plan(
      'a',
      'a 10.244.0.0/24 fd00:0::/64 ; 10.1.0.2 fd01::2',
      'c 10.244.2.0/24 ; 10.1.0.4 10.9.0.4',
      'b 10.244.1.0/24 fd00:1::/64 ; 10.1.0.3 fd01::3',
    ),
    '10.244.1.0/24 10.1.0.3\n10.244.2.0/24 10.1.0.4\nfd00:1::/64 fd01::3\n',
  );
});

test('plan: nothing for a node that has no network or no address yet, and nothing for this node alone', () => {
  assert.equal(plan('a', 'a 10.244.0.0/24 ; 10.1.0.2', 'b  ; 10.1.0.3', 'c 10.244.2.0/24 ; ', 'd fd00::/64 ; 10.1.0.5'), '');
  assert.equal(plan('a'), '');
});

test('plan: one family is not reached through an address of the other', () => {
  assert.equal(plan('a', 'b 10.244.1.0/24 ; fd01::3'), '');
});

test('conf: the bridge plugin with a range and a default route for each network of the node', () => {
  const { plugins } = JSON.parse(run(['conf', '10.244.1.0/24', 'fd00:1::/64'])) as {
    plugins: readonly { readonly type: string; readonly ipam?: object }[];
  };
  assert.deepEqual(
    plugins.map(({ type }) => type),
    ['bridge', 'portmap'],
  );
  assert.deepEqual(plugins[0]?.ipam, {
    type: 'host-local',
    ranges: [[{ subnet: '10.244.1.0/24' }], [{ subnet: 'fd00:1::/64' }]],
    routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0' }],
  });
});
