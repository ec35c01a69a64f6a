import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { manifestsReference } from './manifests-reference.ts';
import { readSchemaComments } from './schema-comments.ts';

test('manifestsReference: each field with its type, default, docstring and rules, those of objects and lists below them', () => {
  const spec = v.strictObject({
    plant: v.pipe(v.string(), v.nonEmpty()),
    pots: v.optional(v.array(v.strictObject({ litres: v.optional(v.number(), 5) })), []),
  });
  const fields = new Map([['plant', { comment: 'What grows | there.', fields: new Map() }]]);
  const definition = { apiVersion: 'garden.example/v1', kind: 'Bed', spec };
  const comments = { comment: '', fields };
  assert.equal(
    manifestsReference([{ title: 'Bed', definition, comments, text: 'A bed.', part: 'spec' }]),
    `## Bed

A bed.

| field | type | default | meaning and rules |
| --- | --- | --- | --- |
| \`spec.plant\` | string | required | What grows \\| there; not empty |
| \`spec.pots[]\` | list of objects |  |  |
| \`spec.pots[].litres\` | number | \`5\` |  |
`,
  );
});

test('readSchemaComments: docstrings are found through what wraps, lists and pipes a schema', () => {
  const [vm, old] = readSchemaComments([
    ['packages/api/src/v1/vm.ts', 'vmSpecSchema'],
    ['packages/api/src/v1alpha4/vm-spec.ts', 'vmSpecSchema'],
  ]);
  assert.match(vm?.fields.get('kernel')?.fields.get('cmdLine')?.comment ?? '', /kernel command line/);
  assert.match(
    vm?.fields.get('network')?.fields.get('interfaces')?.fields.get('name')?.comment ?? '',
    /eth0/,
  );
  const volumes = old?.fields.get('storage')?.fields.get('volumes');
  assert.match(volumes?.fields.get('blockDevice')?.comment ?? '', /Block device/);
});
