import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { vmFiles, vmmSockets } from '../../tools/host/paths.ts';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { uid, worldOf } from '../lifecycle/world.sample.ts';
import { serveCommands } from './serve-commands.ts';

const op = { signal: new AbortController().signal, report: () => {} };

test('serveCommands: a guest that has yet to take its identity is not asked', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'serve-commands-'));
  const { host } = await worldOf(() => 0.5, dir);
  const vm = (await vmsIn(host.objects).findByUid(uid))!;
  const { identity } = vmmSockets(host.paths, uid);
  mkdirSync(dirname(identity), { recursive: true });
  let asked = 0;
  const server = createServer((socket) => {
    asked += 1;
    socket.on('error', () => {}).write('prepared\nfailed as it would\n');
  }).listen(identity);
  try {
    await once(server, 'listening');
    const { identityDue } = vmFiles(host.paths, uid);
    mkdirSync(dirname(identityDue), { recursive: true });
    writeFileSync(identityDue, '');
    await assert.rejects(serveCommands(vm, 10, host, op), {
      code: 'GUEST_SILENT',
      message: /it has not taken its own identity yet$/,
    });
    assert.equal(asked, 0);
    const waiting = serveCommands(vm, 60_000, host, op);
    rmSync(identityDue);
    await assert.rejects(waiting, { code: 'GUEST_SILENT', message: /failed as it would/ });
    assert.equal(asked, 1);
  } finally {
    server.close();
    rmSync(dir, { recursive: true });
  }
});
