import assert from 'node:assert/strict';
import { parseAttachmentRecord } from '@ignite/engine/tools/network/cni/attachment-records';
import { mutatedText, mutatedValue } from '../mutate.ts';
import { taken, target } from '../target.ts';

const record = {
  uid: '0123456789abcdef',
  name: 'web',
  interfaces: [
    { name: 'eth0', list: { cniVersion: '0.4.0', name: 'ignite', plugins: [{ type: 'bridge' }] } },
  ],
  ports: [{ hostPort: 8080, vmPort: 80, protocol: 'tcp' }],
  attachment: {
    netnsPath: '/run/netns/x',
    nics: [
      {
        ...{ name: 'eth0', tap: 'tap0', mac: '0a:00:00:00:00:01', mtu: 1500 },
        ...{ addresses: ['10.61.0.2/16'], routes: [{ to: '0.0.0.0/0', via: '10.61.0.1' }] },
      },
    ],
    dns: ['10.61.0.1'],
  },
};

/** Ignite's records of networks, half-written or of another version. */
export const records = target<string>({
  name: 'records',
  make: (random) =>
    random.once(3)
      ? mutatedText([JSON.stringify(record)], ['{', '}', '"', ','], random)
      : (JSON.stringify(mutatedValue(record, random)) ?? ''),
  check: (text) => {
    const found = taken(() => parseAttachmentRecord(text, '/x.json'));
    if (found) assert.deepEqual(parseAttachmentRecord(JSON.stringify(found), '/x.json'), found);
  },
});
