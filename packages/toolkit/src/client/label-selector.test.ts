import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLabelSelector, parseLabelSelector } from './label-selector.ts';

test('a label selector is read, and is written as Kubernetes does', () => {
  for (const [text, written] of [
    ['', ''],
    [' a = x , b!=y', 'a in (x),b notin (y)'],
    ['a==x,example.org/b', 'a in (x),example.org/b'],
    ['a in ( x, y ),b notin (z),! c,d', 'a in (x,y),b notin (z),!c,d'],
    ['a=', 'a in ()'],
  ] as const) {
    assert.equal(formatLabelSelector(parseLabelSelector(text)), written);
    assert.deepEqual(parseLabelSelector(written), parseLabelSelector(text));
  }
});

test('what is no label selector is refused', () => {
  for (const text of ['a b', '=x', 'a in x', 'a in (x', 'a=x=y', ',a', 'a>1', '-a', 'a=x,,b'])
    assert.throws(() => parseLabelSelector(text), { code: 'BAD_REQUEST' }, text);
});
