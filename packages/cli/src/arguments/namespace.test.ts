import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandSource } from '../commands/command-source.ts';
import { assertNamespace, namespaceOf } from './namespace.ts';
import { parseCommandLine } from './parse-command-line.ts';

async function read(line: string, env: Readonly<Record<string, string>> = {}) {
  const { command, flags } = await parseCommandLine(line.split(' '), commandSource);
  return { flags, namespace: namespaceOf(command!.flags, flags, env) };
}

test('namespaceOf: the flag comes before the environment, and neither need be', async () => {
  const env = { IGNITE_NAMESPACE: 'dev' };
  assert.equal((await read('ps')).namespace, undefined);
  assert.equal((await read('ps', { IGNITE_NAMESPACE: '' })).namespace, undefined);
  assert.equal((await read('ps', env)).namespace, 'dev');
  assert.equal((await read('ps -n prod', env)).namespace, 'prod');
  assert.equal((await read('-n prod ps')).namespace, 'prod');
  assert.equal((await read('images', env)).namespace, undefined);
});

test('namespaceOf: -A lists all namespaces, whatever else names one, as kubectl does', async () => {
  assert.equal((await read('ps -A -n prod', { IGNITE_NAMESPACE: 'dev' })).namespace, undefined);
});

test('namespaceOf: what cannot be a namespace is refused by the name under which it was given', async () => {
  await assert.rejects(read('ps -n Prod'), { message: '--namespace: not a namespace: "Prod"' });
  await assert.rejects(read('ps --namespace='), { message: '--namespace: not a namespace: ""' });
  await assert.rejects(read('ps', { IGNITE_NAMESPACE: 'a/b' }), {
    message: 'IGNITE_NAMESPACE: not a namespace: "a/b"',
  });
});

test('withLetters: -n of run is the name as in the original, and the namespace beside --name', async () => {
  const named = await read('run -n web debian');
  assert.deepEqual([named.flags.text('name'), named.namespace], ['web', undefined]);
  for (const line of [
    'run -n prod --name web debian',
    'run --name=web debian -n prod',
    'import a -nprod --name web',
  ]) {
    const placed = await read(line);
    assert.deepEqual([placed.flags.text('name'), placed.namespace], ['web', 'prod'], line);
  }
  const whole = await read('create --namespace prod -n web debian');
  assert.deepEqual([whole.flags.text('name'), whole.namespace], ['web', 'prod']);
});

test('assertNamespace: an object of another namespace than the flag names is refused', async () => {
  const { flags } = await read('apply -n prod -f vm.yaml');
  assertNamespace('prod', flags);
  assert.throws(() => assertNamespace('dev', flags), {
    code: 'USAGE_INVALID',
    message: 'the namespace from the provided object "dev" does not match the namespace "prod"',
  });
  assertNamespace('dev', (await read('apply -f vm.yaml', { IGNITE_NAMESPACE: 'prod' })).flags);
});
