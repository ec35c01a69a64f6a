import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '../kinds/cluster.ts';
import { networkOf } from './service-network.ts';

const cases: readonly (readonly [string | undefined, readonly [string, string] | undefined])[] = [
  [undefined, ['10.96.0.1', '10.96.0.10']],
  ['10.96.0.0/16', ['10.96.0.1', '10.96.0.10']],
  ['10.1.2.77/24', ['10.1.2.1', '10.1.2.10']],
  ['192.168.0.240/28', ['192.168.0.241', '192.168.0.250']],
  ['10.0.0.0/29', undefined],
  ['fd00::/112', undefined],
  ['300.0.0.0/8', undefined],
];

for (const [services, found] of cases)
  test(`the addresses of the API server and of the DNS server in ${services ?? 'the usual network'}`, () => {
    const cluster = {
      spec: { clusterNetwork: services === undefined ? {} : { services: { cidrBlocks: [services] } } },
    } as unknown as Cluster;
    const network = networkOf(cluster);
    assert.deepEqual(network && [network.apiServerAddress, network.dnsAddress], found);
  });
