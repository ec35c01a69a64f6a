import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseCommandLine } from '../../arguments/parse-command-line.ts';
import type { Invocation } from '../../arguments/command.ts';
import { commandSource } from '../command-source.ts';
import { warmthOf } from './warm-flags.ts';

const dir = mkdtempSync(join(tmpdir(), 'warm-flags-'));
after(() => rmSync(dir, { recursive: true }));

function configured(spec: object): string {
  const path = join(dir, 'config.yaml');
  const head = { apiVersion: 'ignite.weave.works/v1', kind: 'Configuration' };
  writeFileSync(path, JSON.stringify({ ...head, spec }));
  return path;
}

async function read(line: string, warm: string | undefined, spec: object = {}) {
  const { flags } = await parseCommandLine(line.split(' '), commandSource);
  const env = { IGNITE_CONFIG: configured(spec), ...(warm !== undefined && { IGNITE_WARM: warm }) };
  return await warmthOf({ flags, io: { env } } as unknown as Invocation);
}

for (const [line, warm, spec, wanted] of [
  ['run debian', undefined, {}, 'auto'],
  ['create debian', undefined, {}, 'auto'],
  ['run debian', undefined, { warm: 'never' }, 'never'],
  ['run debian', '', { warm: 'never' }, 'never'],
  ['run debian', 'auto', { warm: 'never' }, 'auto'],
  ['run debian', 'never', {}, 'never'],
  ['run debian --warm always', 'never', { warm: 'never' }, 'always'],
  ['run -i debian', 'auto', { warm: 'auto' }, 'never'],
  ['run -i debian --warm auto', undefined, {}, 'auto'],
  ['run --from ready', 'auto', {}, 'never'],
  ['run --from ready --warm auto', undefined, {}, 'never'],
] as const)
  test(`warmthOf: ${line}, IGNITE_WARM=${warm}, ${JSON.stringify(spec)}`, async () => {
    assert.equal(await read(line, warm, spec), wanted);
  });

test('warmthOf: a VM that is made from a snapshot cannot be asked to start from a template', async () => {
  await assert.rejects(read('run --from ready --warm always', undefined), {
    code: 'USAGE_INVALID',
    message: '--warm always does not go with --from',
  });
});

test('warmthOf: what is neither auto nor never is refused by the name under which it was given', async () => {
  await assert.rejects(read('run debian', 'always'), {
    message: 'IGNITE_WARM: neither auto nor never: "always"',
  });
  await assert.rejects(read('run debian', undefined, { warm: 'always' }), { code: 'MANIFEST_INVALID' });
});
