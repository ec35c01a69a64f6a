import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeToken } from './token-file/stored-token.ts';
import { openTokens, requestWith } from './tokens.sample.ts';

const hourMs = 60 * 60 * 1_000;

describe('BearerAuthenticator', () => {
  test('who shows no token is nobody, and what is no bearer token is refused', async () => {
    await using at = await openTokens();
    const ask = async (header?: string) => await at.bearer.authenticate(requestWith(header), at.signal);
    assert.equal(await ask(), undefined);
    for (const header of [
      '',
      'Bearer',
      'Bearer ',
      'Basic cm9vdDpyb290',
      'Bearer a b',
      'Bearer ä',
      'Bearer unknown',
      'Bearer a.b.c',
      `Bearer ${'x'.repeat(20_000)}`,
      `Bearer ignite_${'x'.repeat(43)}`,
    ])
      await assert.rejects(ask(header), { code: 'UNAUTHORIZED', message: 'Unauthorized' }, header);
  });

  test('a token is valid until it expires, and its scheme may be written in any case', async () => {
    await using at = await openTokens();
    const token = { name: 't', user: 'ada', groups: [], createdAtMs: at.clock.now() };
    const [short, endless] = [
      makeToken({ ...token, ttlMs: hourMs }),
      makeToken({ ...token, name: 'endless' }),
    ];
    await at.file.add(short.stored, at.signal);
    await at.file.add(endless.stored, at.signal);
    const ask = async (text: string) =>
      (await at.bearer.authenticate(requestWith(`bearer ${text}`), at.signal))?.name;
    await at.clock.advance(hourMs - 1);
    assert.equal(await ask(short.text), 'ada');
    await at.clock.advance(1);
    await assert.rejects(ask(short.text), { code: 'UNAUTHORIZED' });
    assert.equal(await ask(endless.text), 'ada');
  });
});
