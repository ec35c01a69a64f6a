import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { kubernetesVersionSchema, minorOf } from './kubernetes-version.ts';

test('a version has nothing in it that a shell could take for more', () => {
  const isVersion = (text: string): boolean => v.safeParse(kubernetesVersionSchema, text).success;
  for (const text of ['1.35.4', 'v1.35.4', 'v1.35.4+k3s1', 'v1.36.0-alpha.1', 'v1.35.4-rc1+k3s1'])
    assert.ok(isVersion(text) && minorOf(text), text);
  for (const text of [
    "v1.35.4+k3s1'; touch /x; '",
    'v1.35.4-$(id)',
    'v1.35.4+a b',
    'v1.35.4-a\nb',
    'v1.35.4x',
  ])
    assert.ok(!isVersion(text) && !minorOf(text), text);
});
