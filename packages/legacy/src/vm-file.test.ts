import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeVmFile } from '@ignite/api/vm-file';
import { vmFileVersions } from './vm-file-versions.ts';

const decode = (text: string) => decodeVmFile(text, 'vm.yaml', vmFileVersions);
const nothing = { labels: {}, annotations: {}, spec: {} };

test('decodeVmFile: everything may be missing, even all of it', () => {
  for (const text of [
    '',
    '# nothing\n',
    '{}',
    'metadata: {}\nspec: {}\n',
    'metadata:\nspec:\n',
    'kind: VM\n',
  ])
    assert.deepEqual(decode(text), nothing, text);
});

test('decodeVmFile: no default is filled in, and the original versions are converted', () => {
  const spec = 'spec: {cpus: 2, memory: 1GB, ssh: "true", network: {ports: [{hostPort: 80, vmPort: 80}]}}\n';
  const wanted = {
    cpus: 2,
    memory: '1GB',
    ssh: { generateKey: true },
    network: { ports: [{ hostPort: 80, vmPort: 80 }] },
  };
  for (const head of ['', ...['2', '3', '4'].map((n) => `apiVersion: ignite.weave.works/v1alpha${n}\n`)])
    assert.deepEqual(decode(`${head}${spec}`), { ...nothing, spec: wanted });
  const metadata = 'metadata: {name: a, labels: {x: "y"}, uid: 599615df99804ae8}\n';
  assert.deepEqual(decode(metadata), {
    name: 'a',
    labels: { x: 'y' },
    annotations: { 'ignite.weave.works/uid': '599615df99804ae8' },
    spec: {},
  });
  const ours = 'apiVersion: ignite.weave.works/v1\nkind: VM\nspec: {command: [ls], memory: 1.5GB}\n';
  assert.deepEqual(decode(ours).spec, { memory: '1.5GB', command: ['ls'] });
});

const refused: readonly (readonly [string, RegExp])[] = [
  ['spec: {cpu: 2}\n', /^vm.yaml:1:8: spec: unknown field "cpu"$/],
  ['kind: Image\nspec: {oci: a}\n', /^vm.yaml:1:1: unknown kind "Image"/],
  ['spec: {memory: 1MB}\n', /^vm.yaml:1:8: spec.memory: must be at least 96MB$/],
  ['- a\n', /^vm.yaml:1:1: /],
  ['{}\n---\n{}\n', /more than one VM/],
];

for (const [text, message] of refused)
  test(`decodeVmFile: ${JSON.stringify(text)} is refused`, () =>
    assert.throws(
      () => decode(text),
      (failure) => failure instanceof Error && message.test(failure.message),
    ));
