import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pots } from '@ignite/toolkit/client/garden.sample';
import { readingVerbs } from '../resource/view.ts';
import type { ServedResource } from '../resource/served-resource.ts';
import { nameColumn } from '../resource/table-column.ts';
import { type Fields, openGarden, sent } from '../server/asked-garden.sample.ts';
import { DerivedObjects } from './derived-objects.ts';
import { readOnly } from './read-only.ts';

const plants: ServedResource = {
  group: '',
  version: 'v1',
  resource: 'plants',
  kind: 'Plant',
  singular: 'plant',
  isNamespaced: true,
  shortNames: [],
  categories: [],
  subresources: [],
  selectableFields: [],
  columns: [nameColumn],
  schema: { type: 'object' },
  unknownFields: () => [],
  view: {
    over: (client) =>
      readOnly(
        new DerivedObjects(client, {
          from: pots,
          showing: async () => (pot) => ({ ...pot, apiVersion: 'v1', kind: 'Plant' }),
        }),
      ),
    verbs: readingVerbs,
    hint: 'write the pot of the same name',
  },
};

test('a view of other objects is listed with its verbs, and says what to do instead of the others', async () => {
  await using garden = await openGarden({ resources: () => [plants] });
  const { json } = await garden.ask('/api/v1');
  assert.partialDeepStrictEqual(json, { resources: [{ name: 'plants', verbs: ['get', 'list', 'watch'] }] });
  await garden.direct.create(pots, {
    apiVersion: 'garden.example/v1',
    kind: 'Pot',
    metadata: { name: 'a', namespace: 'home' },
  });
  const path = '/api/v1/namespaces/home/plants';
  const list = await garden.ask(path);
  assert.equal(list.json['kind'], 'PlantList');
  assert.partialDeepStrictEqual(list.json, { items: [{ kind: 'Plant', metadata: { name: 'a' } }] });
  const refused = await garden.ask(`${path}/a`, sent('DELETE', {}));
  assert.equal(refused.code, 405);
  assert.match(String(refused.json['message']), /write the pot of the same name/);
  const { paths } = (await garden.ask('/openapi/v3/api/v1')).json as { readonly paths: Fields };
  assert.deepEqual(
    Object.values(paths).map((each) => Object.keys(each as Fields).filter((key) => key !== 'parameters')),
    [['get'], ['get'], ['get']],
  );
});

test('a view for which nothing can be done instead only says what it cannot do', async () => {
  const { hint: _hint, ...view } = plants.view!;
  await using garden = await openGarden({ resources: () => [{ ...plants, view }] });
  const refused = await garden.ask('/api/v1/namespaces/home/plants/a', sent('DELETE', {}));
  assert.deepEqual([refused.code, refused.json['message']], [405, '"delete" is not possible with plants']);
});
