import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as v from 'valibot';
import { whyNotAllowed } from './allowance.ts';
import { type AllowSpec, allowSchema, allowsKind } from './allow-spec.ts';
import type { HostUse } from './host-use.ts';

const allow = (given: object = {}): AllowSpec => v.parse(allowSchema, given);

type Use = HostUse extends infer Each ? (Each extends HostUse ? Omit<Each, 'field'> : never) : never;

const judge = (
  use: Use,
  given: object = {},
  {
    links = {},
    own = [],
    brought = [],
  }: {
    links?: Readonly<Record<string, string>>;
    own?: readonly string[];
    brought?: readonly string[];
  } = {},
): string | undefined =>
  whyNotAllowed({ ...use, field: 'spec.x' } as HostUse, allow(given), {
    realPathOf: (path) => links[path] ?? path,
    isOwn: (key) => own.includes(key),
    isBrought: (key) => brought.includes(key),
  });

const read = (path: string): Use => ({ kind: 'path', path, access: 'read' });
const write = (path: string): Use => ({ kind: 'path', path, access: 'write' });
const port = (number: number): Use => ({ kind: 'port', port: number, protocol: 'tcp' });

describe('whyNotAllowed', () => {
  test('by default no path, named network, service or privileged port is allowed', () => {
    for (const use of [
      read('/etc/shadow'),
      write('/srv/x'),
      read('relative.tar'),
      port(22),
      port(1_023),
      { kind: 'network', name: 'lan' },
      { kind: 'service', name: 'docker' },
      { kind: 'object', key: { kind: 'Volume', namespace: 'default', name: 'db' } },
    ] as const)
      assert.match(judge(use) ?? '', /^spec\.x: not allowed by spec\.allow\.\w+ of the Sync: /);
    for (const use of [port(1_024), port(65_535)]) assert.equal(judge(use), undefined);
  });

  test('what is made for an object of the source is its own, unless somebody has brought it', () => {
    const key = { kind: 'Secret', namespace: 'default', name: 'prod-kubeconfig' };
    const use = {
      kind: 'object',
      key,
      madeFor: { kind: 'Cluster', namespace: 'default', name: 'prod' },
    } as const;
    const [cluster, secret] = ['Cluster/prod', 'Secret/prod-kubeconfig'];
    const refused =
      'spec.x: not allowed by spec.allow.objects of the Sync: Secret/prod-kubeconfig, which does not belong to the source';
    assert.equal(judge(use), refused);
    assert.equal(judge(use, {}, { own: [cluster] }), undefined);
    assert.equal(judge(use, {}, { own: [cluster], brought: [secret] }), refused);
    assert.equal(judge(use, { objects: [secret] }, { brought: [secret] }), undefined);
    assert.equal(judge(use, { objects: [cluster] }), refused);
  });

  test('paths are compared by whole names, with links followed and ".." resolved', () => {
    const given = { hostPaths: ['/srv/vms/'], files: ['/srv/keys'] };
    for (const use of [
      write('/srv/vms'),
      write('/srv/vms/a/b'),
      read('/srv/vms//a'),
      read('/srv/keys/k'),
      read('/srv/vms/..a'),
    ])
      assert.equal(judge(use, given), undefined);
    for (const use of [
      write('/srv/vms-old'),
      write('/srv'),
      write('/srv/keys/k'),
      read('/srv/vms/../../etc/shadow'),
      read('/srv/keys/../vm'),
    ])
      assert.notEqual(judge(use, given), undefined);
    const links = { '/srv/vms/link': '/etc', '/srv/vms/inner': '/srv/vms/a' };
    assert.match(
      judge(write('/srv/vms/link'), given, { links }) ?? '',
      /leads elsewhere through a symbolic link/,
    );
    assert.equal(judge(write('/srv/vms/inner'), given, { links }), undefined);
    assert.equal(judge(write('/anything'), { hostPaths: ['/'] }), undefined);
  });

  test("ports, networks, services and objects that are listed are allowed, and the source's own objects always", () => {
    assert.equal(judge(port(80), { ports: ['80', '8000-8080'] }), undefined);
    assert.notEqual(judge(port(8_081), { ports: ['80', '8000-8080'] }), undefined);
    assert.equal(judge({ kind: 'network', name: 'lan' }, { networks: ['lan'] }), undefined);
    assert.equal(judge({ kind: 'service', name: 'docker' }, { services: ['docker'] }), undefined);
    const db = { kind: 'object', key: { kind: 'Volume', namespace: 'default', name: 'db' } } as const;
    assert.equal(judge(db, { objects: ['Volume/db'] }), undefined);
    assert.equal(judge(db, {}, { own: ['Volume/db'] }), undefined);
    assert.notEqual(judge(db, { objects: ['Volume/db2', 'VM/db'] }), undefined);
  });

  test('who may declare Syncs allows them no more than it is allowed to use itself', () => {
    const own = { kinds: ['VM', 'Sync'], networks: ['lan'], ports: ['8000-8999'], services: ['docker'] };
    const child = (given: object) => judge({ kind: 'allowance', allow: allow(given) }, own);
    for (const given of [
      { kinds: ['VM'], ports: ['8000'] },
      { kinds: ['VM', 'Sync'], networks: ['lan'], ports: [], services: ['docker'] },
    ])
      assert.equal(child(given), undefined);
    for (const [list, given] of [
      ['kinds', { ports: [] }],
      ['kinds', { kinds: ['GitSource'], ports: [] }],
      ['ports', { kinds: ['VM'] }],
      ['ports', { kinds: ['VM'], ports: ['8999-9000'] }],
      ['networks', { kinds: ['VM'], ports: [], networks: ['lan', 'dmz'] }],
      ['objects', { kinds: ['VM'], ports: [], objects: ['Volume/db'] }],
      ['services', { kinds: ['VM'], ports: [], services: ['containerd'] }],
    ] as const)
      assert.match(child(given) ?? '', new RegExp(`spec\\.allow\\.${list}`));
  });
});

test('allowsKind: all but sources and Syncs, unless kinds are named', () => {
  assert.deepEqual(
    ['VM', 'Volume', 'Sync', 'GitSource'].map((kind) => allowsKind(allow(), kind)),
    [true, true, false, false],
  );
  assert.ok(allowsKind(allow({ kinds: ['Sync'] }), 'Sync'));
  assert.ok(!allowsKind(allow({ kinds: ['Sync'] }), 'VM'));
});

test('allowSchema: ports that are none are refused', () => {
  for (const range of ['0', '70000', '9-8', '1-', 'http', '-1'])
    assert.equal(v.safeParse(allowSchema, { ports: [range] }).success, false, range);
});
