import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHostAddress, sshArguments } from './host-address.ts';

test('the ways to a host are told by its address', () => {
  assert.deepEqual(parseHostAddress('unix:///run/ignite/api.sock'), {
    kind: 'unix',
    path: '/run/ignite/api.sock',
  });
  assert.deepEqual(parseHostAddress('https://lab:6443/'), { kind: 'https', url: 'https://lab:6443' });
  assert.deepEqual(parseHostAddress('ssh://me@[::1]:2222'), {
    kind: 'ssh',
    host: '::1',
    user: 'me',
    port: 2222,
  });
});

test('what is no address, and what would be a flag of ssh, is refused', () => {
  for (const text of [
    ...['lab', 'http://lab', 'tcp://lab:1', 'unix://', 'unix://run/x', 'https://me:pw@lab', 'ssh://'],
    ...['ssh://-oProxyCommand=x', 'ssh://-l@lab', 'ssh://me:pw@lab', 'ssh://lab/path', 'ssh://lab?x'],
  ])
    assert.throws(() => parseHostAddress(text), { code: 'HOST_ADDRESS_INVALID' }, text);
});

test('ssh gets the host behind the end of its flags', () => {
  const address = parseHostAddress('ssh://me@lab:2222');
  assert.ok(address.kind === 'ssh');
  const words = sshArguments(address);
  // A host that is gone is noticed, so that no command waits for it for ever.
  assert.ok(words.includes('ServerAliveInterval=15'));
  assert.deepEqual(words.slice(-7), ['-p', '2222', '-l', 'me', '--', 'lab', 'ignite system dial-stdio']);
});
