import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { keysPath } from '../../tools/host/paths.ts';
import { encryptedStore } from '../../tools/store/object-client.ts';
import { StoreAdministration } from '../../tools/store/store-administration.ts';
import type { EnginePorts } from '../../vm/engine-ports.ts';
import { LocalClient } from './local-client.ts';

const dir = mkdtempSync(join(tmpdir(), 'local-client-'));
after(() => rmSync(dir, { recursive: true }));

test('LocalClient.mend: a Secret that cannot be decrypted is emptied in its own namespace alone', async () => {
  const [store, paths] = [new MemoryStore(), { dataDir: dir, runDir: dir }];
  const namespaces = ['default', 'prod'];
  for (const namespace of namespaces)
    await encryptedStore(store, paths).create({
      ...{ apiVersion: 'v1', kind: 'Secret', data: { a: 'YQ==' } },
      metadata: { namespace, name: 'x', uid: namespace },
    });
  rmSync(keysPath(paths));
  const self = { name: 'a', isAlone: true };
  const administration = new StoreAdministration(store, { paths, self });
  const { objects } = administration;
  await using client = new LocalClient({ objects, administration, paths, self } as unknown as EnginePorts);
  const sealed = async (): Promise<readonly string[]> =>
    (await store.list({ group: '', kind: 'Secret' })).items
      .filter((secret) => 'sealed' in secret)
      .map(({ metadata }) => metadata.namespace);
  assert.deepEqual(await sealed(), namespaces);
  await client.mend('Secret', 'prod/x');
  assert.deepEqual(await sealed(), ['default']);
  await client.mend('Secret', 'x');
  assert.deepEqual(await sealed(), []);
});
