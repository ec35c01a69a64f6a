import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePortMappings } from './parse-port-mappings.ts';
import { formatPortMapping } from './format-port-mapping.ts';

test('parsePortMappings: address, protocol and ranges are read, lists split', () => {
  assert.deepEqual(parsePortMappings(['8080:80', '127.0.0.1:53:5353/udp,7000-7001:70-71']), [
    { hostPort: 8080, vmPort: 80, protocol: 'tcp' },
    { bindAddress: '127.0.0.1', hostPort: 53, vmPort: 5353, protocol: 'udp' },
    { hostPort: 7000, vmPort: 70, protocol: 'tcp' },
    { hostPort: 7001, vmPort: 71, protocol: 'tcp' },
  ]);
});

for (const bad of [
  '',
  '80',
  ':80',
  '0:80',
  '80:70000',
  '80:80/sctp',
  '1-3:1-2',
  '3-1:3-1',
  '999.1.1.1:80:80',
  'a:b',
  '80:80:80:80',
]) {
  test(`parsePortMappings: ${JSON.stringify(bad)} is refused`, () => {
    assert.throws(() => parsePortMappings([bad]), { code: 'PORT_INVALID' });
  });
}

test('formatPortMapping: the form of the original ps', () => {
  assert.equal(formatPortMapping({ hostPort: 80, vmPort: 8080, protocol: 'tcp' }), '0.0.0.0:80->8080/tcp');
});
