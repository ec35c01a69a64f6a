import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ObjectError } from '../object-error.ts';
import type { ApiConnection } from './api-connection.ts';
import { ServedResources } from './served-resources.ts';

const { signal } = new AbortController();

/** Returns what a server serves that knows Deployments, and the paths at which it was asked. */
function open() {
  const asked: string[] = [];
  const connection = {
    call: async ({ path }: { readonly path: string }) => {
      asked.push(path);
      if (path === '/apis') return { groups: [{ name: 'apps', preferredVersion: { version: 'v1' } }] };
      if (path === '/apis/apps/v1')
        return { resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }] };
      throw new ObjectError('NOT_FOUND', 'there is nothing');
    },
  } as unknown as ApiConnection;
  return { asked, served: new ServedResources(connection) };
}

test('ServedResources: several who ask at once get one answer', async () => {
  const { asked, served } = open();
  const found = await Promise.all(
    Array.from({ length: 8 }, () => served.preferred('apps', 'Deployment', signal)),
  );
  assert.deepEqual([...new Set(found.map((each) => each?.resource))], ['deployments']);
  assert.deepEqual(asked, ['/apis', '/apis/apps/v1']);
});

test('ServedResources: whoever asks first and gives up ends nothing for others', async () => {
  const { asked, served } = open();
  const impatient = new AbortController();
  const first = served.find('apps/v1', 'Deployment', impatient.signal);
  const second = served.find('apps/v1', 'Deployment', signal);
  impatient.abort();
  await assert.rejects(first, { name: 'AbortError' });
  assert.equal((await second)?.resource, 'deployments');
  assert.deepEqual(asked, ['/apis/apps/v1']);
});

test('ServedResources: what is not there may be there the next time, so it is asked for again', async () => {
  const { asked, served } = open();
  for (const _ of [1, 2]) assert.equal(await served.find('shelves.example/v1', 'Shelf', signal), undefined);
  assert.deepEqual(asked, ['/apis/shelves.example/v1', '/apis/shelves.example/v1']);
});
