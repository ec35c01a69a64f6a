import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { loadState } from './migration.ts';

const dir = mkdtempSync(join(tmpdir(), 'migration-'));
after(() => rmSync(dir, { recursive: true }));
const signal = AbortSignal.timeout(240_000);

/**
 * Loads a state of 1,000 bytes into a QEMU that closes the connection after so many of them, and then answers about its migration. What is read
 * has no end until then.
 */
async function loads(bytes: number, answer: object): Promise<void> {
  const sockets = { control: join(dir, 'control'), console: join(dir, 'console'), state: join(dir, 'state') };
  await using control = createServer((socket) => {
    socket.write('{"QMP": {"version": {}, "capabilities": []}}\n');
    socket.on('data', (part) => {
      for (const line of part.toString().split('\n').filter(Boolean)) {
        const { execute } = JSON.parse(line) as { readonly execute: string };
        socket.write(`${JSON.stringify({ return: execute === 'query-migrate' ? answer : {} })}\n`);
      }
    });
  });
  await using state = createServer((socket) => {
    let read = 0;
    socket.on('data', (part) => (read += part.length) >= bytes && socket.destroy());
  });
  for (const [server, path] of [
    [control, sockets.control],
    [state, sockets.state],
  ] as const)
    await new Promise<void>((resolve) => server.listen(path, resolve));
  const source = new Readable({ read() {} });
  source.push(Buffer.alloc(1_000));
  await loadState(sockets, source, { hasMemoryFile: false }, signal);
}

test('loadState: a QEMU that has read all that it needs may hang up before it is told that there is no more', async () => {
  await loads(1_000, { status: 'completed' });
});

test('loadState: a QEMU that hangs up because it cannot load a state tells why', async () => {
  await assert.rejects(loads(10, { status: 'failed', 'error-desc': 'Unknown ramblock' }), {
    message: "QEMU's migration has failed: Unknown ramblock",
  });
});
