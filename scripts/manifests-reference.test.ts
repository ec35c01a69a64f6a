import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { manifestsReference } from './manifests-reference.ts';

test('manifestsReference: each field with its type, default, description and rules, those of objects and lists below them', () => {
  const spec = v.strictObject({
    plant: v.pipe(v.string(), v.nonEmpty(), v.description('What grows | there.')),
    pots: v.optional(v.array(v.strictObject({ litres: v.optional(v.number(), 5) })), []),
  });
  assert.equal(
    manifestsReference([{ title: 'Bed', schema: spec, text: 'A bed.', part: 'spec' }]),
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
