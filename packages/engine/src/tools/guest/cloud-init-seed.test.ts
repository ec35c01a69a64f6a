import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cloudInitSeed } from './cloud-init-seed.ts';

/** The generated files are written in JSON, which is a subset of YAML. */
const parse = (text: string) => JSON.parse(text);

const facts = {
  vmUid: '0123456789abcdef',
  hostname: 'my-vm',
  interfaces: [
    {
      mac: '0a:00:00:00:00:01',
      mtu: 1_500,
      addresses: ['10.61.0.2/16', 'fd00::2/64'],
      routes: [
        { to: 'default', via: '10.61.0.1' },
        { to: 'default', via: 'fd00::1' },
      ],
    },
    {
      mac: '0a:00:00:00:00:02',
      mtu: 1_450,
      addresses: ['10.2.0.2/32'],
      routes: [{ to: '10.2.0.1' }, { to: '10.2.0.0/24', via: '10.2.0.1' }],
    },
    { mac: '0a:00:00:00:00:03', mtu: 1_500, addresses: [], routes: [] },
  ],
  dns: { servers: ['10.61.0.1'], search: ['lan'] },
  authorizedKeys: ['ssh-ed25519 AAAA "me"'],
};

test('cloudInitSeed: a VM that says nothing is named, let in and on the network', () => {
  const seed = cloudInitSeed({}, facts);
  assert.equal(seed['user-data'], '');
  assert.deepEqual(parse(seed['meta-data']!), {
    'instance-id': '0123456789abcdef',
    'local-hostname': 'my-vm',
    'public-keys': ['ssh-ed25519 AAAA "me"'],
  });
  const { eth0, eth1, ...others } = parse(seed['network-config']!).ethernets;
  assert.deepEqual(eth0, {
    match: { macaddress: '0a:00:00:00:00:01' },
    'set-name': 'eth0',
    mtu: 1_500,
    dhcp4: false,
    addresses: ['10.61.0.2/16', 'fd00::2/64'],
    routes: [
      { to: '0.0.0.0/0', via: '10.61.0.1' },
      { to: '::/0', via: 'fd00::1' },
    ],
    nameservers: { addresses: ['10.61.0.1'], search: ['lan'] },
  });
  assert.deepEqual(eth1.routes, [{ to: '10.2.0.0/24', via: '10.2.0.1', 'on-link': true }]);
  assert.deepEqual(others, {}, 'an interface without addresses is left alone');
  assert.match(seed['vendor-data']!, /^#cloud-config\n/);
  assert.deepEqual(parse(seed['vendor-data']!.replace('#cloud-config\n', '')), {
    disable_root: false,
    ssh_deletekeys: false,
  });
});

test('cloudInitSeed: what is given takes the place of ours, as it was written', () => {
  const given = { userData: '#!/bin/sh\n:\n', metaData: 'instance-id: x\n', networkConfig: 'version: 1\n' };
  const seed = cloudInitSeed(given, facts);
  assert.deepEqual(
    [seed['user-data'], seed['meta-data'], seed['network-config']],
    [given.userData, given.metaData, given.networkConfig],
  );
});

test('cloudInitSeed: without a key there is no empty list of keys', () => {
  const seed = cloudInitSeed({}, { ...facts, authorizedKeys: [] });
  assert.ok(!('public-keys' in parse(seed['meta-data']!)));
});
