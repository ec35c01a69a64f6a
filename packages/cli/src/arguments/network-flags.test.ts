import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlagValues } from './command.ts';
import { networkOf } from './network-flags.ts';

const said = (values: Readonly<Record<string, string | readonly string[]>>): object =>
  networkOf(new FlagValues(new Map(Object.entries(values))));

test('networkOf: the first network is of eth0, the others of eth1 and on', () => {
  const flags = { network: ['lan', 'dmz,wan'], ip: '10.1.0.7', ip6: 'fd00::7', mac: '02:00:00:00:00:07' };
  assert.deepEqual(said(flags), {
    name: 'lan',
    address: '10.1.0.7',
    address6: 'fd00::7',
    mac: '02:00:00:00:00:07',
    interfaces: [
      { name: 'eth1', network: 'dmz' },
      { name: 'eth2', network: 'wan' },
    ],
  });
});

test('networkOf: what no flag says is left to others', () => {
  assert.deepEqual(said({}), {});
  const flags = {
    dns: ['9.9.9.9'],
    ports: ['81:80'],
    'add-host': ['host:host-gateway', 'six:[fd00::1]', 'e=fd00::2'],
  };
  assert.deepEqual(said(flags), {
    ports: [{ hostPort: 81, vmPort: 80, protocol: 'tcp' }],
    dns: { servers: ['9.9.9.9'] },
    hosts: [
      { name: 'host', address: 'host-gateway' },
      { name: 'six', address: 'fd00::1' },
      { name: 'e', address: 'fd00::2' },
    ],
  });
});

test('networkOf: a VM may be behind a router', () => {
  assert.deepEqual(said({ router: 'test', ip: '10.1.0.7' }), { router: 'test', address: '10.1.0.7' });
});

test('networkOf: a host without an address is refused', () => {
  for (const bad of ['db', ':10.0.0.1', 'db:'])
    assert.throws(() => said({ 'add-host': [bad] }), { code: 'USAGE_INVALID' });
});
