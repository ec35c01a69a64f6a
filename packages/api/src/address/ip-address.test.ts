import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ipText, isSameIp, isWithin, parseIp, parseSubnet } from './ip-address.ts';

test('parseIp: both families become numbers', () => {
  assert.deepEqual(parseIp('10.0.0.1'), { family: 4, value: 0x0a000001n });
  assert.deepEqual(parseIp('10.0.0.1/8'), { family: 4, value: 0x0a000001n });
  assert.deepEqual(parseIp('::1'), { family: 6, value: 1n });
  assert.deepEqual(parseIp('fd00:1::2'), { family: 6, value: (0xfd000001n << 96n) | 2n });
  assert.deepEqual(parseIp('::ffff:1.2.3.4'), { family: 6, value: 0xffff01020304n });
  for (const bad of ['', '10.0.0', 'fd00::1::2', 'x']) assert.throws(() => parseIp(bad), RangeError);
});

test('ipText: an address is written in its shortest form', () => {
  for (const text of ['0.0.0.0', '10.0.0.1', '255.255.255.255', '::', '::1', 'fd00:1::2', 'fd00::5:0:0:1'])
    assert.equal(ipText(parseIp(text)), text);
  assert.equal(ipText(parseIp('FD00:0:0::0005')), 'fd00::5');
});

test('isSameIp: the spelling of an address does not matter, its family does', () => {
  assert.ok(isSameIp('fd00::5', 'FD00:0:0::0005/64'));
  assert.ok(!isSameIp('0.0.0.1', '::1'));
});

test('parseSubnet: from the first to the last address', () => {
  assert.deepEqual(parseSubnet('10.1.2.3/24'), { family: 4, first: 0x0a010200n, last: 0x0a0102ffn });
  assert.ok(isWithin(parseIp('fd00:150::ffff'), parseSubnet('fd00:150::/64')));
  assert.ok(!isWithin(parseIp('fd00:151::1'), parseSubnet('fd00:150::/64')));
  assert.ok(!isWithin(parseIp('10.1.2.3'), parseSubnet('::/0')));
  assert.throws(() => parseSubnet('10.0.0.0/33'), RangeError);
});
