import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sshOptions } from './ssh-options.ts';

test('sshOptions: the host key is pinned under the uid and nothing is asked', () => {
  const options = sshOptions({ uid: 'abc', knownHosts: '/var/a b/50%', identity: '/k' });
  assert.ok(options.includes('StrictHostKeyChecking=yes'));
  assert.ok(options.includes('HostKeyAlias=abc'));
  assert.ok(options.includes('UserKnownHostsFile="/var/a b/50%%"'));
});
