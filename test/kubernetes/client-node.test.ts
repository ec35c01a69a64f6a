import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { changesKept } from '../../packages/toolkit/src/store/change-log.ts';
import { CannotBuild } from './fixtures/go-program.ts';
import { kubeconfigOf, startKubeApiServer } from './fixtures/kube-api-server.ts';
import { type ServedStore, serveStore } from './fixtures/served-store.ts';

const tour = join(import.meta.dirname, 'client-node/tour.ts');
const run = promisify(execFile);
const patienceMs = 240_000;

/** Runs the tour in a process of its own, and returns what it says. */
async function toured(kubeconfig: string): Promise<readonly unknown[]> {
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const { stdout } = await run(process.execPath, [tour], { env, timeout: patienceMs });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

/** Changes a config map so often that the server forgets the first changes of all. */
async function forgetChanges({ client }: ServedStore): Promise<void> {
  const maps = { group: '', version: 'v1', resource: 'configmaps' };
  const metadata = { namespace: 'default', name: 'busy' };
  await client.create(maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {} });
  for (let count = 0; count < changesKept + 1_000; count += 1)
    await client.patch({ ...maps, ...metadata }, { type: 'merge', changes: { data: { count: `${count}` } } });
}

describe('the client library of Kubernetes for JavaScript', () => {
  test('sees on ignited what it sees on Kubernetes', async (t) => {
    await using served = await serveStore();
    await forgetChanges(served);
    const seen = await toured(served.kubeconfig);
    assert.ok(seen.length > 10);
    const kubernetes = await startKubeApiServer().catch((failure: unknown) => {
      if (failure instanceof CannotBuild) return failure;
      throw failure;
    });
    if (kubernetes instanceof CannotBuild) return t.diagnostic(kubernetes.message);
    await using server = kubernetes;
    assert.deepEqual(seen, await toured(kubeconfigOf(server)));
  });
});
