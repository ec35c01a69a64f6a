import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerDeflater } from './header-block.sample.ts';
import { HeaderInflater } from './header-inflater.ts';

test('the dictionary is the one that SPDY names by its checksum', async () => {
  const block = await headerDeflater()({ port: '80' });
  assert.equal(block.toString('hex', 0, 6), '78bbe3c6a7c2');
});

test('headers are read one block after the other, since each refers to those before', async () => {
  using inflater = new HeaderInflater();
  const deflate = headerDeflater();
  const [first, second] = [
    await deflate({ streamtype: 'error', port: '80', requestid: '0' }),
    await deflate({ streamtype: 'data', port: '80', requestid: '0' }),
  ];
  assert.deepEqual(
    [...(await inflater.read(first))],
    [
      ['streamtype', 'error'],
      ['port', '80'],
      ['requestid', '0'],
    ],
  );
  assert.equal((await inflater.read(second)).get('streamtype'), 'data');
  assert.equal((await inflater.read(await deflate({}))).size, 0);
});

test('what are no headers, or too many, are refused', async () => {
  const bomb = await headerDeflater()({ a: 'b'.repeat(2 ** 20) });
  assert.ok(bomb.length < 16 * 2 ** 10, 'it fits into a frame');
  for (const block of [Buffer.from('not zlib'), bomb]) {
    using inflater = new HeaderInflater();
    await assert.rejects(inflater.read(block), { code: 'BAD_REQUEST' });
  }
});
