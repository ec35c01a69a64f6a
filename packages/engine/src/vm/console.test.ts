import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type ConsoleRequest, readConsole } from './console.ts';

const dir = mkdtempSync(join(tmpdir(), 'console-'));
after(() => rmSync(dir, { recursive: true }));
const line = (text: string, end = 'F'): string => `2026-01-01T00:00:00.0+00:00 stdout ${end} ${text}\n`;
const never = new AbortController().signal;
const once = async (): Promise<boolean> => false;

async function read(request: ConsoleRequest): Promise<string> {
  let text = '';
  for await (const part of readConsole(request, never)) text += Buffer.from(part).toString();
  return text;
}

test('readConsole: all of it, or its last lines', async () => {
  const path = join(dir, 'a.log');
  writeFileSync(path, line('one') + line('tw', 'P') + line('o') + line('thrée'));
  assert.equal(await read({ path, follow: once }), 'one\ntwo\nthrée\n');
  assert.equal(await read({ path, tail: 2, follow: once }), 'two\nthrée\n');
  assert.equal(await read({ path, tail: 0, follow: once }), '');
});

test('readConsole: a VM that has not been started has an empty one', async () => {
  assert.equal(await read({ path: join(dir, 'none'), follow: once }), '');
});

test('readConsole: it follows, also when the log begins anew at its bound', async () => {
  const path = join(dir, 'b.log');
  writeFileSync(path, line('first of all'));
  const happenings = [
    () => appendFileSync(path, line('second')),
    () => writeFileSync(path, line('anew')),
    () => {},
  ];
  let text = '';
  const follow = async (): Promise<boolean> => {
    const next = happenings.shift();
    return next !== undefined;
  };
  for await (const part of readConsole({ path, follow }, never)) {
    text += Buffer.from(part).toString();
    if (text === 'first of all\n') appendFileSync(path, line('second'));
    if (text.endsWith('second\n')) writeFileSync(path, line('anew'));
  }
  assert.equal(text, 'first of all\nsecond\nanew\n');
});
