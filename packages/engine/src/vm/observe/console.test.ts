import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startMark } from '../../tools/sandbox/console-log.ts';
import { type ConsoleRequest, readConsole } from './console.ts';

const dir = mkdtempSync(join(tmpdir(), 'console-'));
after(() => rmSync(dir, { recursive: true }));
const line = (text: string, end = 'F'): string => `2026-01-01T00:00:00.0+00:00 stdout ${end} ${text}\n`;
const never = new AbortController().signal;
const once = async (): Promise<boolean> => false;

type Asked = Omit<ConsoleRequest, 'isTerminal'> & { readonly isTerminal?: boolean };

async function read(asked: Asked): Promise<string> {
  let text = '';
  for await (const { bytes } of readConsole({ isTerminal: false, ...asked }, never))
    text += Buffer.from(bytes).toString();
  return text;
}

test('readConsole: all of it, or its last lines', async () => {
  const path = join(dir, 'a.log');
  writeFileSync(path, line('one') + line('tw', 'P') + line('o') + line('thrée'));
  assert.equal(await read({ path, follow: once }), 'one\ntwo\nthrée\n');
  assert.equal(await read({ path, tail: 2, follow: once }), 'two\nthrée\n');
  assert.equal(await read({ path, tail: 0, follow: once }), '');
});

const at = (second: number, text: string): string => `2026-01-01T00:00:0${second}.5+00:00 stdout F ${text}\n`;
const ms = (second: number): number => Date.parse(`2026-01-01T00:00:0${second}Z`);

test('readConsole: of the last start, unless earlier ones are asked for', async () => {
  const path = join(dir, 'starts.log');
  writeFileSync(path, startMark(ms(0)) + at(1, 'first') + startMark(ms(2)) + at(3, 'second'));
  assert.equal(await read({ path, follow: once }), 'second\n');
  assert.equal(await read({ path, allStarts: true, follow: once }), 'first\nsecond\n');
  assert.equal(await read({ path, allStarts: true, tail: 2, follow: once }), 'first\nsecond\n');
});

test('readConsole: of a span of time, each line with its own', async () => {
  const path = join(dir, 'times.log');
  writeFileSync(path, at(1, 'one') + at(2, 'two').replace(' F ', ' P ') + at(3, '-two') + at(4, 'four'));
  const span = { path, sinceMs: ms(2), untilMs: ms(4), follow: once };
  assert.equal(await read(span), 'two-two\n');
  assert.equal(await read({ ...span, timestamps: true }), '2026-01-01T00:00:02.500Z two-two\n');
  const last = { path, tail: 1, timestamps: true, follow: once };
  assert.equal(await read(last), '2026-01-01T00:00:04.500Z four\n');
});

test('readConsole: a line that is only half written yet is read once it is whole', async () => {
  const path = join(dir, 'half.log');
  const [begin, end] = [line('thrée').slice(0, -4), line('thrée').slice(-4)];
  writeFileSync(path, begin);
  let looks = 0;
  const follow = async (): Promise<boolean> => {
    looks += 1;
    if (looks === 2) appendFileSync(path, end);
    return looks < 2;
  };
  assert.equal(await read({ path, follow }), 'thrée\n');
});

test('readConsole: both outputs, each by its name and with its own bytes', async () => {
  const path = join(dir, 'both.log');
  const errors = line('wrong\r').replace('stdout', 'stderr');
  writeFileSync(path, line('one', 'P') + errors + line('+one\r') + line('two'));
  const parts = await Array.fromAsync(readConsole({ path, follow: once, isTerminal: false }, never));
  assert.deepEqual(
    parts.map(({ stream, bytes }) => [stream, Buffer.from(bytes).toString()]),
    [
      ['stdout', 'one'],
      ['stderr', 'wrong\r\n'],
      ['stdout', '+one\r\ntwo\n'],
    ],
  );
  assert.equal(await read({ path, tail: 1, follow: once }), 'two\n');
  assert.equal(await read({ path, tail: 2, follow: once }), 'wrong\r\ntwo\n');
});

test('readConsole: lines of a terminal end as those of a text, wherever the monitor has cut them', async () => {
  const path = join(dir, 'terminal.log');
  const cut = line('cut behind\r', 'P') + line('') + line('cut before', 'P') + line('\r');
  writeFileSync(path, line('whole\r') + cut);
  assert.equal(await read({ path, follow: once, isTerminal: true }), 'whole\ncut behind\ncut before\n');
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
  for await (const { bytes } of readConsole({ path, follow, isTerminal: false }, never)) {
    text += Buffer.from(bytes).toString();
    if (text === 'first of all\n') appendFileSync(path, line('second'));
    if (text.endsWith('second\n')) writeFileSync(path, line('anew'));
  }
  assert.equal(text, 'first of all\nsecond\nanew\n');
});

test('readConsole: the time to read both outputs in turns grows with their length, not with its square', async () => {
  const path = join(dir, 'turns.log');
  writeFileSync(path, (line('out') + line('err').replace('stdout', 'stderr')).repeat(50_000));
  const begin = performance.now();
  assert.equal(await read({ path, follow: once }), 'out\nerr\n'.repeat(50_000));
  assert.ok(performance.now() - begin < 30_000);
});
