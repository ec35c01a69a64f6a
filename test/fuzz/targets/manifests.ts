import assert from 'node:assert/strict';
import { describeCluster } from '@ignite/cluster/operations/describe-cluster';
import { readFootlooseConfig } from '@ignite/legacy/footloose/config';
import { scheme } from '@ignite/legacy/scheme';
import { decodeVmFile } from '@ignite/api/vm-file';
import { vmFileVersions } from '@ignite/legacy/vm-file-versions';
import { writtenForm } from '@ignite/api/written-form';
import { convertManifests } from '@ignite/toolkit/codec/convert-manifests';
import { decodeAnyKind } from '@ignite/toolkit/codec/decode-any-kind';
import { decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import { stringify } from 'yaml';
import { mutatedText, mutatedValue } from '../mutate.ts';
import type { Random } from '../random.ts';
import { taken, target } from '../target.ts';
import { sampleObjects } from './sample-objects.ts';

const texts = [
  ...sampleObjects.map((object) => stringify(object)),
  ...sampleObjects.map((object) => JSON.stringify(object)),
  sampleObjects.map((object) => stringify(object)).join('---\n'),
  'a: &a [1, 2]\nb: *a\nkind: VM # comment\n',
  'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- {role: worker, image: "kindest/node:v1.34.0"}\n',
  'kind: Machine\napiVersion: cluster.k8s.io/v1alpha1\nmetadata: {name: a}\nspec: {versions: {kubelet: 1.35.4}}\n',
  'cluster: {name: c}\nmachines:\n- {count: 2, spec: {name: "node%d", image: a}}\n',
];
const words = [
  'spec:',
  'metadata:',
  'kind: VM',
  'apiVersion: ',
  'image: {oci: x}',
  '!!binary ',
  '? ',
  '| ',
  '>-\n',
];

function makeText(random: Random): string {
  if (random.once(2)) return mutatedText(texts, words, random);
  let object = random.pick(sampleObjects) as unknown;
  for (let times = random.below(3); times >= 0; times -= 1) object = mutatedValue(object, random);
  const list = { apiVersion: 'v1', kind: 'List', items: [object, random.pick(sampleObjects)] };
  return JSON.stringify(random.once(5) ? list : object) ?? 'null';
}

function withoutOrigin(manifest: Manifest): object {
  const { origin: _origin, ...rest } = manifest;
  return rest;
}

/**
 * Asserts that manifests that are printed and read again are unchanged. Images and kernels are known by their
 * references alone.
 */
function assertPrints(read: readonly Manifest[]): void {
  for (const manifest of read.filter(({ kind }) => kind !== 'Image' && kind !== 'Kernel')) {
    const plain = withoutOrigin(manifest);
    for (const text of [JSON.stringify(plain), stringify(writtenForm(plain))])
      assert.deepEqual(decodeManifests(text, 'again.yaml', scheme).map(withoutOrigin), [plain]);
  }
}

export const manifests = target<string>({
  name: 'manifests',
  make: makeText,
  check: (text) => {
    const read = taken(() => decodeManifests(text, 'a.yaml', scheme));
    if (read) assertPrints(read);
    for (const version of ['ignite.weave.works/v1', 'ignite.weave.works/v1alpha4']) {
      const to = (definition: { readonly apiVersion: string }): string =>
        definition.apiVersion.startsWith('ignite') ? version : definition.apiVersion;
      taken(() => convertManifests(text, 'a.yaml', scheme, to));
    }
    const foreign = taken(() => decodeAnyKind(text, 'a.yaml')) ?? [];
    for (const { apiVersion, metadata } of foreign)
      for (const part of [...apiVersion.split('/'), metadata.name]) assert.match(part, /^(?!\.{1,2}$)[^/]+$/);
    taken(() => describeCluster(text, 'cluster.yaml'));
    taken(() => readFootlooseConfig(text, 'footloose.yaml'));
    taken(() => decodeVmFile(text, 'vm.yaml', vmFileVersions));
  },
});
