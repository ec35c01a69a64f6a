import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { findToken, makeToken } from './stored-token.ts';
import { TokenFile } from './token-file.ts';
import { openTokens, requestWith } from '../tokens.sample.ts';

const wanted = { name: 'ci', user: 'ci', groups: ['bots'], createdAtMs: 0 };

describe('TokenFile', () => {
  test('a token is shown once, and only its hash is kept, where only the owner can read it', async () => {
    await using at = await openTokens();
    const { text, stored } = makeToken(wanted);
    await at.file.add(stored, at.signal);
    const path = join(at.dir, 'tokens.json');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.doesNotMatch(await readFile(path, 'utf8'), new RegExp(text.slice('ignite_'.length)));
    assert.deepEqual(await at.file.list(), [stored]);
    assert.ok(Buffer.from(text.slice('ignite_'.length), 'base64url').length >= 32);
    assert.notEqual(makeToken(wanted).text, text);
  });

  test('a name is taken once, and what is removed is refused at once, whoever removed it', async () => {
    await using at = await openTokens();
    const { text, stored } = makeToken(wanted);
    const elsewhere = new TokenFile(at.dir);
    await elsewhere.add(stored, at.signal);
    await assert.rejects(at.file.add(makeToken(wanted).stored, at.signal), { code: 'TOKEN_EXISTS' });
    const ask = async () => await at.bearer.authenticate(requestWith(`Bearer ${text}`), at.signal);
    assert.deepEqual(await ask(), { name: 'ci', groups: ['bots'] });
    await elsewhere.remove('ci', at.signal);
    await assert.rejects(ask(), { code: 'UNAUTHORIZED' });
    await assert.rejects(at.file.remove('ci', at.signal), { code: 'TOKEN_NOT_FOUND' });
  });

  test('several processes that add tokens at once lose none', async () => {
    await using at = await openTokens();
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(
      names.map((name) => new TokenFile(at.dir).add(makeToken({ ...wanted, name }).stored, at.signal)),
    );
    assert.deepEqual((await at.file.list()).map(({ name }) => name).toSorted(), names);
  });

  test('a damaged file is an error, and lets nobody in', async () => {
    await using at = await openTokens();
    const { text, stored } = makeToken(wanted);
    await at.file.add(stored, at.signal);
    for (const damaged of ['', '{}', '{"version":1,"tokens":[{"user":"root"}]}']) {
      await writeFile(join(at.dir, 'tokens.json'), damaged);
      await assert.rejects(at.bearer.authenticate(requestWith(`Bearer ${text}`), at.signal), {
        code: 'TOKENS_UNREADABLE',
      });
      await assert.rejects(at.file.add(stored, at.signal), { code: 'TOKENS_UNREADABLE' });
    }
  });

  test('a token is found by the whole of it alone', () => {
    const [one, two] = [makeToken(wanted), makeToken({ ...wanted, name: 'other' })];
    const all = [one.stored, two.stored];
    assert.equal(findToken(two.text, all)?.name, 'other');
    for (const wrong of [
      two.text.slice(0, -1),
      `${two.text}x`,
      two.text.toUpperCase(),
      two.stored.sha256,
      '',
    ])
      assert.equal(findToken(wrong, all), undefined);
  });
});
