import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlagValues } from './command.ts';
import { logLevelNames, logLevelOf, tells } from './log-level.ts';

const levelOf = (level: string, quiet = false): string =>
  logLevelOf(
    new FlagValues(
      new Map<string, string | boolean>([['log-level', level], ...(quiet ? [['quiet', true] as const] : [])]),
    ),
  );

test('logLevelOf: every level of the original means one of ours', () => {
  assert.deepEqual(
    logLevelNames.map((name) => levelOf(name)),
    ['trace', 'debug', 'info', 'warn', 'warn', 'error', 'error', 'error'],
  );
});

test('logLevelOf: quiet tells no steps, and no more than was asked for', () => {
  assert.equal(levelOf('info', true), 'warn');
  assert.equal(levelOf('fatal', true), 'error');
});

test('tells: a level tells what the lower ones tell', () => {
  assert.ok(
    tells('debug', 'warn') && tells('warn', 'warn') && !tells('warn', 'info') && !tells('error', 'warn'),
  );
});
