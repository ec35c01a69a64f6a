import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { processStartTime } from '@ignite/toolkit/process/pid';
import { decodeLogLine } from './console-log.ts';

const script = join(import.meta.dirname, '../../../../../host/console-log');

function run(line: string, limit = 100_000) {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-console-'));
  const log = join(dir, 'log');
  const { status } = spawnSync('perl', [script, 'run', log, String(limit), '/bin/sh', '-c', line]);
  const text = readFileSync(log, 'utf8');
  const size = statSync(log).size;
  rmSync(dir, { recursive: true });
  return { status, size, text, said: text.split('\n').map(decodeLogLine).join('') };
}

test('console-log: it ends as its command did', () => {
  assert.equal(run('exit 7').status, 7);
  assert.equal(run('kill -9 $$').status, 137);
  assert.equal(run('exec >&- 2>&-; sleep 0.1; exit 3').status, 3);
});

test('console-log: whole lines and pieces of lines are kept with their time', () => {
  const { said, text } = run('printf "login: "; sleep 0.1; echo me; echo error >&2');
  assert.equal(said, 'login: me\nerror\n');
  for (const line of text.trimEnd().split('\n'))
    assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00 (stdout|stderr) [FP] /);
});

test('console-log: what came first goes when there is too much', () => {
  const { size, said } = run('i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo "line $i"; done', 20_000);
  assert.ok(size < 60_000, String(size));
  assert.ok(said.endsWith('line 3000\n') && !said.includes('line 1\n'));
});

test('console-log: a child of the command that goes on does not hold it up', () => {
  const child = Number(run('sleep infinity & echo $!').said);
  assert.ok(processStartTime(child) !== undefined, 'it goes on');
  process.kill(child, 'SIGKILL');
});

test('console-log: a command that is not there is told of in the log', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-console-'));
  const log = join(dir, 'log');
  writeFileSync(log, '');
  const { status } = spawnSync('perl', [script, 'run', log, '1000', join(dir, 'none')]);
  assert.equal(status, 127);
  assert.match(readFileSync(log, 'utf8'), /none: No such file or directory\n/);
  rmSync(dir, { recursive: true });
});
