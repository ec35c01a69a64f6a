import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { listCniNetworks } from './cni-networks.ts';
import { networkSettings } from './settings.ts';

const vm = (name: string, network: object): Vm => sampleVm({ name, spec: { network } });

test('listCniNetworks: every network by name, with the VMs that are on it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'cni-networks-'));
  try {
    const lan = { name: 'a-lan', type: 'macvlan', ipam: { type: 'host-local', subnet: '10.2.0.0/24' } };
    writeFileSync(join(dir, '20-lan.conf'), JSON.stringify(lan));
    writeFileSync(join(dir, '30-broken.conf'), '{');
    writeFileSync(join(dir, '40-again.conf'), JSON.stringify({ ...lan, type: 'ptp' }));
    const settings = networkSettings({ IGNITE_CNI_CONF_DIR: dir, IGNITE_CNI_SUBNET6: 'fd00::/64' });
    const vms = [
      vm('web', {}),
      vm('db', { name: 'a-lan' }),
      vm('both', { interfaces: [{ name: 'eth1', network: 'a-lan' }] }),
    ];
    const [first, second, ...more] = await listCniNetworks(settings, vms);
    assert.deepEqual(more, []);
    assert.deepEqual(
      [first?.metadata.name, first?.spec, first?.status],
      [
        'a-lan',
        { plugins: ['macvlan'], subnets: ['10.2.0.0/24'] },
        { isDefault: false, file: join(dir, '20-lan.conf'), vms: ['both', 'db'] },
      ],
    );
    assert.deepEqual(
      [second?.metadata.name, second?.spec, second?.status],
      [
        'ignite-cni-bridge',
        {
          plugins: ['bridge', 'portmap', 'firewall'],
          subnets: ['10.61.0.0/16', 'fd00::/64'],
          bridge: 'ignite0',
        },
        { isDefault: true, vms: ['both', 'web'] },
      ],
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
});
