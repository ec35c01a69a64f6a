import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { SignJWT, exportJWK } from 'jose';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { OidcAuthenticator } from './oidc-authenticator.ts';

const issuer = 'https://login.example/realm';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });

const options = {
  issuer,
  clientId: 'ignite',
  usernameClaim: 'sub',
  usernamePrefix: 'oidc:',
  groupsClaim: 'groups',
  groupsPrefix: 'oidc:',
};

/** A provider that counts what it is asked, and answers as `discovery` says. */
function openProvider(discovery: object | undefined = { issuer, jwks_uri: `${issuer}/keys` }) {
  const asked: string[] = [];
  const fetch = async (url: string | URL | Request): Promise<Response> => {
    const path = (url instanceof Request ? url.url : url.toString()).slice(issuer.length);
    asked.push(path);
    if (path === '/keys')
      return Response.json({ keys: [{ ...(await exportJWK(publicKey)), kid: '1', alg: 'RS256' }] });
    return discovery ? Response.json(discovery) : new Response('', { status: 503 });
  };
  return { asked, fetch };
}

const clock = new ManualClock();
const sign = async (claims: object, { of = issuer, to = 'ignite', ttl = 60 } = {}): Promise<string> =>
  await new SignJWT({ sub: 'ada', ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: '1' })
    .setIssuer(of)
    .setAudience(to)
    .setExpirationTime(Math.floor(clock.now() / 1_000) + ttl)
    .sign(privateKey);

describe('OidcAuthenticator', () => {
  test('a token of the provider says who the user is, and in which groups, each with its prefix', async () => {
    const { asked, fetch } = openProvider();
    const oidc = new OidcAuthenticator(options, clock, fetch);
    const token = await sign({ groups: ['ops', 7] });
    assert.deepEqual(await oidc.userOf(token, []), { name: 'oidc:ada', groups: ['oidc:ops'] });
    assert.deepEqual(await oidc.userOf(await sign({ groups: 'dev' }), []), {
      name: 'oidc:ada',
      groups: ['oidc:dev'],
    });
    assert.deepEqual(asked, ['/.well-known/openid-configuration', '/keys']);
  });

  test('a token for others, of others, or too old is refused, and another one is none of it', async () => {
    const oidc = new OidcAuthenticator(options, clock, openProvider().fetch);
    for (const token of [
      await sign({}, { to: 'other' }),
      await sign({}, { ttl: -1 }),
      await sign({ sub: '' }),
    ])
      await assert.rejects(oidc.userOf(token, []), { code: 'UNAUTHORIZED' });
    assert.equal(await oidc.userOf(await sign({}, { of: 'https://other.example' }), []), undefined);
    assert.equal(await oidc.userOf('no-jwt', []), undefined);
  });

  test('no provider makes someone a part of the system', async () => {
    const bare = { ...options, usernamePrefix: '', groupsPrefix: '' };
    const oidc = new OidcAuthenticator(bare, clock, openProvider().fetch);
    await assert.rejects(oidc.userOf(await sign({ sub: 'system:admin' }), []), { code: 'UNAUTHORIZED' });
    const user = await oidc.userOf(await sign({ groups: ['system:masters', 'ops'] }), []);
    assert.deepEqual(user?.groups, ['ops']);
  });

  test('an address of mail counts only if it is not known to be somebody else’s', async () => {
    const oidc = new OidcAuthenticator({ ...options, usernameClaim: 'email' }, clock, openProvider().fetch);
    const email = 'ada@example.org';
    assert.equal((await oidc.userOf(await sign({ email, email_verified: true }), []))?.name, `oidc:${email}`);
    await assert.rejects(oidc.userOf(await sign({ email, email_verified: false }), []), {
      code: 'UNAUTHORIZED',
    });
  });

  test('a provider that does not answer, or says that it is another one, is asked again after a pause', async () => {
    for (const discovery of [
      undefined,
      { issuer: 'https://evil.example', jwks_uri: 'https://evil.example' },
    ]) {
      const { asked, fetch } = openProvider(discovery);
      const oidc = new OidcAuthenticator(
        options,
        clock,
        discovery ? fetch : async () => await failing(fetch),
      );
      for (let times = 0; times < 3; times += 1)
        await assert.rejects(oidc.userOf(await sign({}), []), { code: 'UNAUTHORIZED' });
      assert.equal(asked.length, 1);
      await clock.advance(11_000);
      await assert.rejects(oidc.userOf(await sign({}), []), { code: 'UNAUTHORIZED' });
      assert.equal(asked.length, 2);
    }
  });
});

async function failing(fetch: (url: string) => Promise<Response>): Promise<Response> {
  await fetch(`${issuer}/.well-known/openid-configuration`);
  return new Response('', { status: 503 });
}
