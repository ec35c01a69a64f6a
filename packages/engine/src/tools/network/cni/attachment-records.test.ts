import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttachmentRecord } from './attachment-record.ts';
import { parseAttachmentRecord } from './attachment-records.ts';
import { defaultConfList } from './conf-list.ts';

const list = defaultConfList({ name: 'ignite', bridge: 'ignite0', subnet: '10.61.0.0/16' });
const uid = '0123456789abcdef';
const ports = [{ hostPort: 8080, vmPort: 80, protocol: 'tcp' as const }];
const result = {
  interfaces: [{ name: 'eth0', mac: '0a:00:00:00:00:01', sandbox: '/run/netns/ignite-x' }],
  ips: [{ address: '10.61.0.2/16', gateway: '10.61.0.1', interface: 0 }],
  routes: [{ dst: '0.0.0.0/0' }],
  dns: {},
};
const parse = (record: object): AttachmentRecord => parseAttachmentRecord(JSON.stringify(record), '/x.json');

test('parseAttachmentRecord: what is written is read again, however far the attachment came', () => {
  const begun: AttachmentRecord = { uid, name: 'web', ports: [], interfaces: [] };
  const nic = {
    ...{ name: 'eth0', network: 'ignite', tap: 'tap0', mac: '0a:00:00:00:00:01', mtu: 1_500 },
    ...{ addresses: ['10.61.0.2/16'], routes: [{ to: 'default', via: '10.61.0.1' }, { to: '10.62.0.0/16' }] },
  };
  const attachment = { netnsPath: '/run/netns/ignite-x', nics: [nic], dns: ['10.61.0.1'] };
  const interfaces = [{ name: 'eth0', list, result }];
  for (const record of [
    begun,
    { ...begun, ports, interfaces: [{ name: 'eth0', list }] },
    { ...begun, ports, isChangingPorts: true as const, interfaces, attachment },
  ])
    assert.deepEqual(parse(record), record);
});

test('parseAttachmentRecord: a record of version 0.1.0 loses nothing', () => {
  const old = { uid, name: 'web', ports, list };
  assert.deepEqual(parse(old), { uid, name: 'web', ports, interfaces: [{ name: 'eth0', list }] });
  const attachment = {
    ...{ netnsPath: '/run/netns/ignite-x', tap: 'tap0', mac: '0a:00:00:00:00:01' },
    ...{ address: '10.61.0.2/16', gateway: '10.61.0.1', dns: ['10.61.0.1'] },
  };
  const nic = {
    ...{ name: 'eth0', network: 'ignite', tap: 'tap0', mac: '0a:00:00:00:00:01', mtu: 1_500 },
    ...{ addresses: ['10.61.0.2/16'], routes: [{ to: 'default', via: '10.61.0.1' }] },
  };
  assert.deepEqual(parse({ ...old, result, attachment }), {
    ...{ uid, name: 'web', ports, interfaces: [{ name: 'eth0', list, result }] },
    attachment: { netnsPath: '/run/netns/ignite-x', nics: [nic], dns: ['10.61.0.1'] },
  });
});

test('parseAttachmentRecord: what is neither is refused with the file that it is in', () => {
  for (const text of ['', '{}', 'null', JSON.stringify({ uid, name: 'web', ports, interfaces: {} })])
    assert.throws(() => parseAttachmentRecord(text, '/x/y.json'), {
      code: 'NETWORK_RECORD_INVALID',
      message: /^\/x\/y\.json /,
    });
});
