import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConfList, defaultConfList } from './cni/conf-list.ts';
import { defaultNetwork } from './cni/default-network.ts';
import { assertDemandFits } from './demand.ts';
import type { CniInterfaceRequest } from './network.ts';

const asked = (addresses: readonly string[]): CniInterfaceRequest => ({
  kind: 'cni',
  name: 'eth0',
  addresses,
  lastAddresses: [],
});
const reserved = [
  { vm: 'db', addresses: ['10.61.0.9'] },
  { vm: 'elsewhere', network: 'lan', addresses: ['10.61.0.8'] },
];
const fits = (list: ConfList, addresses: readonly string[], hostPort?: number): void => {
  const request = asked(addresses);
  const ports = hostPort === undefined ? [] : [{ hostPort, vmPort: 80, protocol: 'tcp' as const }];
  const lists = { of: new Map([[request, list]]), defaultName: list.name };
  assertDemandFits({ ports, reserved }, lists);
};
const lan = (ipam: object): ConfList => ({
  cniVersion: '0.4.0',
  name: 'lan',
  plugins: [{ type: 'macvlan', ipam }],
});

test('assertDemandFits: an address must be one that the network gives', () => {
  fits(defaultConfList(defaultNetwork), ['10.61.0.7']);
  assert.throws(() => fits(defaultConfList(defaultNetwork), ['10.62.0.7']), {
    code: 'ADDRESS_INVALID',
    message: '10.62.0.7 cannot be used on the network "ignite-cni-bridge": it is outside 10.61.0.0/16',
  });
  assert.throws(() => fits(lan({}), ['10.1.0.7']), {
    code: 'ADDRESS_INVALID',
    message: /does not assign addresses/,
  });
  fits(lan({ type: 'whereabouts' }), ['10.1.0.7']); // a plugin whose range is not in the list refuses the address at ADD
});

test("assertDemandFits: another VM's address is refused, and named with its owner, on the same network", () => {
  fits(defaultConfList(defaultNetwork), ['10.61.0.8']);
  assert.throws(() => fits(defaultConfList(defaultNetwork), ['10.61.0.9']), {
    code: 'ADDRESS_TAKEN',
    message: '10.61.0.9 on the network "ignite-cni-bridge" is used by VM "db"',
  });
});

test('assertDemandFits: ports need a plugin that publishes them', () => {
  fits(defaultConfList(defaultNetwork), [], 80);
  assert.throws(() => fits(lan({}), [], 80), { code: 'PORTS_UNSUPPORTED' });
});
