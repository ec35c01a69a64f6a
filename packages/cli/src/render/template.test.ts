import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTemplate } from './template.ts';

const object = {
  metadata: { name: 'a', uid: 'u1', labels: { app: 'web' } },
  spec: { cpus: 2, memory: 5 },
  status: { network: { ipAddresses: ['10.0.0.2'] } },
};

for (const [template, text] of [
  ['{{.metadata.name}}', 'a'],
  ['{{ .Metadata.Name }}-{{.Spec.CPUs}}', 'a-2'],
  ['{{.name}} {{.ID}}', 'a u1'],
  ['{{json .status.network.ipAddresses}}', '["10.0.0.2"]'],
  ['{{.status.network.ipAddresses}}', '["10.0.0.2"]'],
  ['{{.status.exitCode}}', '<nil>'],
  ['no fields', 'no fields'],
] as const) {
  test(`renderTemplate: ${template}`, () => assert.equal(renderTemplate(template, object), text));
}

test('renderTemplate: json . is everything', () => {
  assert.deepEqual(JSON.parse(renderTemplate('{{json .}}', object)), object);
});

for (const bad of ['{{.nosuch}}', '{{range .x}}', '{{}}']) {
  test(`renderTemplate: ${bad} is refused`, () =>
    assert.throws(() => renderTemplate(bad, object), { code: 'USAGE_INVALID' }));
}
