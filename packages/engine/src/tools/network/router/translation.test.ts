import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseOutside, outsideAddress } from './translation.ts';

const translation = { inside: '10.61.0.0/16', outside: '10.62.0.0/16' };

for (const [address, outside] of [
  ['10.61.0.5', '10.62.0.5'],
  ['10.61.255.254', '10.62.255.254'],
  ['10.63.0.5', undefined],
  ['fd00:61::5', undefined],
] as const) {
  test(`outsideAddress: ${address} is reached at ${outside ?? 'no address'}`, () => {
    assert.equal(outsideAddress(address, translation), outside);
  });
}

for (const [inside, taken, outside, why] of [
  ['10.61.0.0/16', [], '10.62.0.0/16', 'the next one'],
  ['10.61.0.0/16', ['10.62.3.0/24', '10.63.0.0/16'], '10.64.0.0/16', 'one that meets nothing'],
  ['10.61.0.0/16', ['0.0.0.0/1', 'fd00::/8'], undefined, 'none within what is taken'],
  ['10.61.0.0/16', ['10.64.0.0/10', '10.62.0.0/15'], undefined, 'none beyond 32 tries'],
  ['192.168.7.0/24', ['192.168.8.1'], '192.168.9.0/24', 'one beside a single address'],
  ['192.168.255.0/24', [], undefined, 'none outside of the private range'],
  ['172.31.0.0/16', [], undefined, 'none outside of the private range'],
  ['192.168.0.0/16', [], undefined, 'none as large as the private range'],
  ['198.51.100.0/24', [], undefined, 'none beside a public range'],
] as const) {
  test(`chooseOutside: for ${inside} beside ${taken.join(', ') || 'nothing'}, ${why}`, () => {
    assert.equal(chooseOutside(inside, taken), outside);
  });
}

for (const [taken, outside, why] of [
  [[], '10.64.0.0/16', 'is kept'],
  [['10.64.7.0/24'], '10.62.0.0/16', 'is left to who has it now'],
] as const) {
  test(`chooseOutside: the last one ${why}`, () => {
    assert.equal(chooseOutside('10.61.0.0/16', taken, '10.64.0.0/16'), outside);
  });
}
