import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { qmpCommand } from './qmp.ts';

const dir = mkdtempSync(join(tmpdir(), 'qmp-'));
after(() => rmSync(dir, { recursive: true }));
const never = new AbortController().signal;
let sockets = 0;

/**
 * Starts a server that behaves as QEMU does: it sends the first of `answers` at once, and then one more for
 * each line.
 */
async function qemuThatSays(
  answers: readonly string[],
): Promise<{ path: string; heard: string[]; server: Server }> {
  const path = join(dir, `${(sockets += 1)}.sock`);
  const heard: string[] = [];
  const server = createServer((socket) => {
    const rest = [...answers];
    socket.write(`${rest.shift()}\r\n`);
    socket.on('data', (part) => {
      for (const line of part.toString().split('\n').filter(Boolean)) {
        heard.push(line);
        const answer = rest.shift();
        if (answer === undefined) socket.end();
        else socket.write(`${answer}\r\n`);
      }
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { path, heard, server };
}

const greeting = '{"QMP": {"version": {}, "capabilities": []}}';

test('qmpCommand: negotiates, asks, and passes events over', async () => {
  const qemu = await qemuThatSays([
    greeting,
    '{"return": {}}',
    '{"event": "POWERDOWN", "timestamp": {}}\r\n{"return": {"done": 1}}',
  ]);
  assert.deepEqual(await qmpCommand(qemu.path, { execute: 'system_powerdown' }, never), { done: 1 });
  assert.deepEqual(qemu.heard, ['{"execute":"qmp_capabilities"}', '{"execute":"system_powerdown"}']);
  qemu.server.close();
});

test('qmpCommand: a refusal, a hang-up and a stranger are told apart from success', async () => {
  for (const [answers, wanted] of [
    [
      [greeting, '{"return": {}}', '{"error": {"class": "GenericError", "desc": "no"}}'],
      /refused system_powerdown/,
    ],
    [[greeting, '{"return": {}}'], /closed the connection/],
    [['SSH-2.0-OpenSSH'], /JSON/],
  ] as const) {
    const qemu = await qemuThatSays(answers);
    await assert.rejects(qmpCommand(qemu.path, { execute: 'system_powerdown' }, never), wanted);
    qemu.server.close();
  }
});

test('qmpCommand: a socket that does not come to be is waited for, and not for ever', async (t) => {
  const late = qmpCommand(join(dir, `${sockets + 1}.sock`), { execute: 'quit' }, never);
  const qemu = await qemuThatSays([greeting, '{"return": {}}', '{"return": {"done": 1}}']);
  assert.deepEqual(await late, { done: 1 });
  qemu.server.close();
  t.mock.timers.enable({ apis: ['Date'] });
  const answer = qmpCommand(join(dir, 'none'), { execute: 'quit' }, never);
  t.mock.timers.setTime(30_001);
  await assert.rejects(answer, { code: 'ENOENT' });
});

test('qmpCommand: a line without an end is not listened to for ever', async () => {
  const qemu = await qemuThatSays([`{"QMP": "${'x'.repeat(2 ** 20)}`]);
  await assert.rejects(qmpCommand(qemu.path, { execute: 'quit' }, never), /more than 65536 characters/);
  qemu.server.close();
});

test('qmpCommand: a VMM that does not answer is not waited for longer than it is told to', async () => {
  const qemu = await qemuThatSays([greeting, '']);
  await assert.rejects(qmpCommand(qemu.path, { execute: 'quit' }, AbortSignal.timeout(50)));
  qemu.server.close();
});
