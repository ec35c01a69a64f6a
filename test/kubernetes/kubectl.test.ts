import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { HttpObjectClient } from '../../packages/toolkit/src/client/over-http/http-object-client.ts';
import { CannotBuild, builtProgram, kubectl } from './fixtures/go-program.ts';
import { kubeconfigOf, startKubeApiServer } from './fixtures/kube-api-server.ts';
import { kindCrds } from './fixtures/kind-crds.ts';
import { serveStore } from './fixtures/served-store.ts';
import { commands } from './transcript/commands.ts';
import { type Difference, differences } from './transcript/differences.ts';
import { type Answer, runTranscript } from './transcript/run-transcript.ts';

/**
 * What kubectl prints of ignited is what it prints of Kubernetes. `IGNITE_TEST_KUBECTL` may hold the paths of other
 * versions of kubectl, separated by colons, which are tried besides.
 */
const others = (process.env['IGNITE_TEST_KUBECTL'] ?? '').split(delimiter).filter((path) => path !== '');

const definitions = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };

async function ofKubernetes(program: string): Promise<readonly Answer[]> {
  await using server = await startKubeApiServer();
  using client = new HttpObjectClient(server.admin);
  for (const definition of kindCrds(['VM', 'Volume'])) await client.create(definitions, definition);
  return await runTranscript(program, kubeconfigOf(server), commands);
}

async function ofIgnited(program: string): Promise<readonly Answer[]> {
  await using api = await serveStore();
  return await runTranscript(program, api.kubeconfig, commands);
}

const known = new Set(differences.flatMap((difference) => difference.commands));

/** Runs all commands on both servers and returns those whose answers differ. */
async function differing(program: string): Promise<readonly string[]> {
  const [wanted, seen] = await Promise.all([ofKubernetes(program), ofIgnited(program)]);
  const unknown = (answers: readonly Answer[]): object =>
    Object.fromEntries(
      commands.flatMap((command, at) => (known.has(command) ? [] : [[`${at}: ${command}`, answers[at]]])),
    );
  assert.deepEqual(unknown(seen), unknown(wanted));
  return commands.filter((_command, at) => JSON.stringify(seen[at]) !== JSON.stringify(wanted[at]));
}

const program = await builtProgram(kubectl, new AbortController().signal).catch((failure: unknown) => {
  if (failure instanceof CannotBuild) return failure;
  throw failure;
});
const skip = program instanceof CannotBuild ? program.message : false;

test('kubectl prints of ignited what it prints of Kubernetes, but for what is known', { skip }, async () => {
  assert.deepEqual(new Set(await differing(program as string)), known);
});

for (const other of others)
  test(`so does ${other}`, { skip }, async () => {
    await differing(other);
  });

test('the documentation tells all that is known to differ', () => {
  const docs = readFileSync(join(import.meta.dirname, '../../docs/kubernetes-api.md'), 'utf8');
  const row = ({ what, why }: Difference): string => `| ${what} | ${why} |`;
  const [, table = ''] = docs.split('| what kubectl shows otherwise | why |\n|---|---|\n');
  assert.deepEqual(table.split('\n').slice(0, differences.length + 1), [...differences.map(row), '']);
});
