import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { SignJWT, UnsecuredJWT, decodeJwt } from 'jose';
import { openServiceAccountKeys } from './service-account-keys.ts';
import { requestToken } from './token-request.ts';
import { openTokens, requestWith } from '../tokens.sample.ts';

type At = Awaited<ReturnType<typeof openTokens>>;
const robot = { namespace: 'home', name: 'robot' };

const tokenFor = async (at: At, spec: object = {}, name = 'robot'): Promise<string> => {
  const { status } = await requestToken({ spec }, { ...robot, name }, at);
  return (status as { readonly token: string }).token;
};
const userOf = async (at: At, token: string) =>
  await at.bearer.authenticate(requestWith(`Bearer ${token}`), at.signal);

describe('tokens of service accounts', () => {
  test('a token says which account it is of, and lasts as long as was asked', async () => {
    await using at = await openTokens();
    const { metadata } = await at.account('robot');
    const answer = await requestToken({ spec: { expirationSeconds: 600 } }, robot, at);
    const { token, expirationTimestamp } = answer['status'] as Readonly<Record<string, string>>;
    const { jti, iss, aud, sub } = decodeJwt(token!);
    assert.deepEqual(
      [iss, aud, sub],
      ['https://ignite.example', ['https://ignite.example'], 'system:serviceaccount:home:robot'],
    );
    assert.deepEqual(await userOf(at, token!), {
      name: 'system:serviceaccount:home:robot',
      uid: metadata.uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:home'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${jti}`] },
    });
    assert.equal(Date.parse(expirationTimestamp!), Math.floor((at.clock.now() + 600_000) / 1_000) * 1_000);
    await at.clock.advance(599_000);
    await userOf(at, token!);
    await at.clock.advance(2_000);
    await assert.rejects(userOf(at, token!), { code: 'UNAUTHORIZED' });
  });

  test('the key is kept between starts, where only its owner can read it', async () => {
    await using at = await openTokens();
    const again = await openServiceAccountKeys(at.dir, at.signal);
    assert.equal(again.keyId, at.keys.keyId);
    assert.equal((await stat(join(at.dir, 'service-account.key'))).mode & 0o777, 0o600);
  });

  test('a token ends with its account, also if another one of the same name comes', async () => {
    await using at = await openTokens();
    await at.account('robot');
    const token = await tokenFor(at);
    await userOf(at, token);
    await at.client.delete({ group: '', version: 'v1', resource: 'serviceaccounts', ...robot });
    await assert.rejects(userOf(at, token), { code: 'UNAUTHORIZED' });
    await at.account('robot');
    await assert.rejects(userOf(at, token), { code: 'UNAUTHORIZED' });
  });

  test('a token that is bound to an object ends with it', async () => {
    await using at = await openTokens();
    await at.account('robot');
    const secrets = { group: '', version: 'v1', resource: 'secrets' } as const;
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'home', name: 's' } };
    const { metadata } = await at.client.create(secrets, secret);
    const bound = { boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 's', uid: metadata.uid } };
    const token = await tokenFor(at, bound);
    await userOf(at, token);
    await at.client.delete({ ...secrets, namespace: 'home', name: 's' });
    await assert.rejects(userOf(at, token), { code: 'UNAUTHORIZED' });
    await assert.rejects(tokenFor(at, bound), { code: 'NOT_FOUND' });
  });

  test('a token for others is not for this server, and is for them', async () => {
    await using at = await openTokens();
    await at.account('robot');
    const token = await tokenFor(at, { audiences: ['vault'] });
    await assert.rejects(userOf(at, token), { code: 'UNAUTHORIZED' });
    const user = await at.bearer.userOfToken(token, ['other', 'vault'], at.signal);
    assert.equal(user.name, 'system:serviceaccount:home:robot');
    await assert.rejects(at.bearer.userOfToken(token, ['other'], at.signal), { code: 'UNAUTHORIZED' });
  });

  test('a token that someone else signed, or nobody, is refused', async () => {
    await using at = await openTokens();
    await at.account('robot');
    const claims = decodeJwt(await tokenFor(at));
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const publicPem = at.keys.publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const signed = await tokenFor(at);
    const [header, , signature] = signed.split('.');
    const admin = Buffer.from(JSON.stringify({ ...claims, sub: 'system:serviceaccount:home:admin' }));
    for (const token of [
      await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(stranger),
      await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(publicPem)),
      new UnsecuredJWT(claims).encode(),
      `${header}.${admin.toString('base64url')}.${signature}`,
      signed.slice(0, -4),
    ])
      await assert.rejects(userOf(at, token), { code: 'UNAUTHORIZED' }, token);
    const { exp: _, ...endless } = claims;
    const forever = await new SignJWT(endless).setProtectedHeader({ alg: 'ES256' }).sign(at.keys.privateKey);
    await assert.rejects(userOf(at, forever), { code: 'UNAUTHORIZED' });
  });
});

describe('requestToken', () => {
  test('wrong wishes are refused by their fields, and what does not exist gets no token', async () => {
    await using at = await openTokens();
    const { metadata } = await at.account('robot');
    for (const [body, code] of [
      [{ spec: { expirationSeconds: 599 } }, 'INVALID'],
      [{ spec: { expirationSeconds: 2 ** 33 } }, 'INVALID'],
      [{ spec: { expirationSeconds: '600' } }, 'INVALID'],
      [{ spec: { audiences: [''] } }, 'INVALID'],
      [{}, 'INVALID'],
      [{ metadata: { name: 'other' }, spec: {} }, 'INVALID'],
      [{ metadata: { namespace: 'work' }, spec: {} }, 'INVALID'],
      [{ metadata: { uid: 'x' }, spec: {} }, 'CONFLICT'],
      [{ spec: { boundObjectRef: { kind: 'ConfigMap', name: 'c' } } }, 'BAD_REQUEST'],
      [{ spec: { boundObjectRef: { apiVersion: 'x/v1', kind: 'Pod', name: 'c' } } }, 'BAD_REQUEST'],
    ] as const)
      await assert.rejects(requestToken(body, robot, at), { code }, JSON.stringify(body));
    await assert.rejects(requestToken({ spec: {} }, { ...robot, name: 'none' }, at), { code: 'NOT_FOUND' });
    const whole = await requestToken({ metadata: { ...robot, uid: metadata.uid }, spec: {} }, robot, at);
    assert.partialDeepStrictEqual(whole, {
      kind: 'TokenRequest',
      metadata: { ...robot, uid: metadata.uid },
      spec: { audiences: ['https://ignite.example'], expirationSeconds: 3_600 },
    });
  });

  test('a token lasts for a year at most', async () => {
    await using at = await openTokens();
    await at.account('robot');
    const { spec } = await requestToken({ spec: { expirationSeconds: 2 ** 31 } }, robot, at);
    assert.equal((spec as { readonly expirationSeconds: number }).expirationSeconds, 365 * 24 * 60 * 60);
  });
});
