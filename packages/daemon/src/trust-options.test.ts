import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from './options.ts';

const trustOf = (...flags: readonly string[]) => parseOptions(['--api', ...flags]).trust;
const issuer = '--oidc-issuer=https://login.example/realm';
const client = '--oidc-client-id=ignite';

test('requests are recorded unless that is turned off, and users of no provider are known', () => {
  assert.deepEqual(trustOf(), { auditPolicyFile: undefined, isAudited: true, oidc: undefined });
  assert.equal(trustOf('--no-api-audit').isAudited, false);
  assert.equal(trustOf('--api-audit-policy=/etc/p.yaml').auditPolicyFile, '/etc/p.yaml');
});

test('users of a provider have names that are nobody else’s, unless other ones are wanted', () => {
  assert.partialDeepStrictEqual(trustOf(issuer, client).oidc, {
    issuer: 'https://login.example/realm',
    clientId: 'ignite',
    usernameClaim: 'sub',
    usernamePrefix: 'oidc:',
    groupsPrefix: 'oidc:',
  });
  const bare = ['--oidc-username-prefix=', '--oidc-groups-prefix=g:', '--oidc-groups-claim=groups'];
  assert.partialDeepStrictEqual(trustOf(issuer, client, ...bare).oidc, {
    usernamePrefix: '',
    groupsClaim: 'groups',
    groupsPrefix: 'g:',
  });
});

test('what does not fit together is refused', () => {
  for (const flags of [
    ['--no-api-audit', '--api-audit-policy=/p'],
    [issuer],
    [client],
    ['--oidc-groups-claim=groups'],
    [client, '--oidc-issuer=http://login.example'],
    [client, '--oidc-issuer=login.example'],
  ])
    assert.throws(() => trustOf(...flags), { code: 'USAGE_INVALID' }, flags.join(' '));
  assert.throws(() => parseOptions([issuer, client]), { code: 'USAGE_INVALID' });
});
