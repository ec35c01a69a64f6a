import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';

const source = (body: string): readonly string[] => [
  '--input-type=module',
  '--eval',
  `import { Output } from ${JSON.stringify(join(import.meta.dirname, 'output.ts'))};const out = new Output(1);${body}`,
];

test('Output: text and bytes are written in order', () => {
  const body = "out.write('ä');out.write(new Uint8Array([0, 255]));out.write('');out.write('z');";
  const { stdout } = spawnSync(process.execPath, source(body));
  assert.deepEqual([...stdout], [0xc3, 0xa4, 0, 255, 0x7a]);
});

test('Output: in text is escaped what a terminal would act upon, bytes are as they are', () => {
  const body = "out.write('a\\u001b[2J\\u009b\\u202eb\\n');out.write(new Uint8Array([0x1b, 0x9b]));";
  const { stdout } = spawnSync(process.execPath, source(body));
  assert.equal(stdout.toString('latin1'), 'a\\u001b[2J\\u009b\\u202eb\n\u001b\u009b');
});

test('Output: to a slow reader of a non-blocking pipe everything comes through', async () => {
  const body =
    'process.stdout._handle?.setBlocking?.(false);for (let at = 0; at < 300; at += 1) out.write(String(at % 10).repeat(4096));';
  const child = spawn(process.execPath, source(body), { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'readable');
  await delay(300); // by now it has most likely filled the pipe; what is asserted does not depend on that
  const read = await buffer(child.stdout);
  assert.equal(read.length, 300 * 4_096);
  assert.equal(read.toString('latin1', 299 * 4_096), '9'.repeat(4_096));
});

test('Output: when the reader has gone the program ends well', async () => {
  const body = "setInterval(() => out.write('x'.repeat(65536)), 1);";
  const child = spawn(process.execPath, source(body), { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.once('data', () => child.stdout.destroy());
  const [[code], said] = await Promise.all([once(child, 'exit'), buffer(child.stderr)]);
  assert.deepEqual([code, said.toString()], [0, '']);
});
