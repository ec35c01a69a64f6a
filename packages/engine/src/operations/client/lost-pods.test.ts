import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { newUid } from '@ignite/toolkit/object/uid';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite/sqlite-store';
import { findLostPods } from '../../pod/lost-pods.ts';
import { podFiles, programFiles } from '../../pod/pod-files.ts';
import { programSandbox } from '../../pod/program-sandbox.ts';
import { storePath } from '../../tools/host/paths.ts';
import { StoreAdministration } from '../../tools/store/store-administration.ts';
import type { EnginePorts } from '../../vm/engine-ports.ts';
import { LocalClient } from './local-client.ts';

const op = { signal: new AbortController().signal, report: () => {} };

/** Opens a host with a pod that has its object, and three that have lost it, of which one keeps data and one a copy of some. */
async function open(t: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), 'lost-pods-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const paths = { dataDir: join(dir, 'data'), runDir: join(dir, 'run') };
  mkdirSync(paths.dataDir);
  const self = { name: 'a', isAlone: true };
  const administration = new StoreAdministration(openSqliteStore(storePath(paths)), { paths, self });
  const pods = new KindClient(
    administration.served(undefined, () => [{ ...hostPodKind, isNamespaced: true, hasStatus: true, newUid }]),
    hostPodKind,
  );
  const { metadata } = await pods.create({ metadata: { namespace: 'default', name: 'kept' }, spec: {} });
  const [plain, withCopy, withData] = [newUid(), newUid(), newUid()].toSorted() as [string, string, string];
  const put = (path: string): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'x');
  };
  for (const uid of [metadata.uid, plain, withCopy, withData])
    put(programFiles(podFiles(paths, uid), 'etcd').launchNote);
  for (const uid of [metadata.uid, withData])
    put(join(programFiles(podFiles(paths, uid), 'etcd').volumes, 'data', 'db'));
  put(join(podFiles(paths, withCopy).copies, 'monday', 'etcd', 'data', 'db'));
  const done: string[] = [];
  const host = {
    ...{ paths, self, administration, objects: administration.objects },
    network: { detach: async (uid: string) => void done.push(`detach ${uid}`) },
    sandbox: {
      observe: async (uid: string) => {
        done.push(`observe ${uid}`);
        return { state: 'absent' };
      },
    },
  } as unknown as EnginePorts;
  return { paths, administration, host, done, kept: metadata.uid, plain, withCopy, withData };
}

test('a pod that has lost its object is left over, and its data are kept until somebody asks for them to go', async (t) => {
  const { paths, administration, host, done, kept, plain, withCopy, withData } = await open(t);
  assert.deepEqual(await findLostPods(paths, administration, op.signal), [plain, withCopy, withData]);
  await using client = new LocalClient(host);
  const items = await client.space.survey(op.signal);
  assert.deepEqual(items.map(({ kind, name }) => `${kind} ${name}`).toSorted(), [
    `kept-disk pods/${withCopy}`,
    `kept-disk pods/${withData}`,
    `leftover pods/${plain}`,
  ]);
  const left = items.filter(({ kind }) => kind === 'leftover');
  for await (const { outcome } of client.space.remove(left, op)) assert.equal(outcome, 'removed');
  assert.deepEqual(done, [`observe ${programSandbox(plain, 'etcd').uid}`, `detach ${plain}`]);
  assert.ok(!existsSync(podFiles(paths, plain).runDir));
  for (const uid of [kept, withCopy, withData]) assert.ok(existsSync(podFiles(paths, uid).dir));
  assert.deepEqual(await findLostPods(paths, administration, op.signal), [withCopy, withData]);
});

test('no pod counts as lost while the record of one cannot be read', async (t) => {
  const { paths, administration, plain, withCopy, withData } = await open(t);
  const store = new DatabaseSync(storePath(paths));
  t.after(() => store.close());
  const damage = store.prepare("UPDATE objects SET json = '{\"damaged\":' WHERE kind = 'HostPod'");
  assert.equal(
    (await findLostPods(paths, administration, op.signal)).length,
    [plain, withCopy, withData].length,
  );
  assert.equal(damage.run().changes, 1);
  assert.deepEqual(await findLostPods(paths, administration, op.signal), []);
});
