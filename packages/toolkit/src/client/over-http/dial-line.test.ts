import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { dialLine } from './dial-line.ts';

test('a server that takes a connection and says nothing is not waited for', async ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const silent = (): Duplex => new Duplex({ read: () => {}, write: (_part, _encoding, done) => done() });
  const dialled = dialLine(
    { url: 'http://localhost', name: 'lab', connect: silent },
    { path: '/calls', protocol: 'calls' },
    new AbortController().signal,
  );
  const refused = assert.rejects(dialled, { code: 'SERVER_UNREACHABLE', message: /lab/ });
  await setImmediate();
  mock.timers.tick(60_000);
  await refused;
});
