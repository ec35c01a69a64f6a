import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { newUid } from '@ignite/toolkit/object/uid';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { Netns, netnsPath } from './netns.ts';

const signal = new AbortController().signal;

test('Netns: a file that a killed "ip netns add" left is no namespace, and makes way for one', async () => {
  const netns = new Netns(localRunner);
  const uid = newUid();
  await netns.ensure(uid, signal);
  await netns.remove(uid, signal);
  writeFileSync(netnsPath(uid), '', { mode: 0o000 });
  try {
    assert.equal(await netns.exists(uid), false);
    await netns.ensure(uid, signal);
    assert.equal(await netns.exists(uid), true);
  } finally {
    await netns.remove(uid, signal);
  }
  assert.equal(existsSync(netnsPath(uid)), false);
  await netns.remove(uid, signal);
});
