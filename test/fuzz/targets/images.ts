import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vmSpecSchema } from '@ignite/api/v1/vm';
import { parseVmArchive, vmArchive } from '@ignite/engine/operations/archive/vm-archive';
import { parseDockerManifest, parseOciIndex } from '@ignite/engine/tools/oci/archive-index';
import { blobsOf, describeImage } from '@ignite/engine/tools/oci/image-config';
import * as v from 'valibot';
import { mutatedText, mutatedValue } from '../mutate.ts';
import type { Random } from '../random.ts';
import { taken, takenLater, target } from '../target.ts';
import { sampleObjects } from './sample-objects.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const hex = 'ab'.repeat(32);
const index = {
  schemaVersion: 2,
  manifests: [
    {
      digest,
      size: 100,
      annotations: { 'org.opencontainers.image.ref.name': '1', 'io.containerd.image.name': 'docker.io/x:1' },
    },
  ],
};
const saved = [{ Config: 'x.json', RepoTags: ['debian:12'], Layers: ['a/layer.tar'] }, { RepoTags: null }];
const manifest = { config: { digest, size: 10 }, layers: [{ digest, size: 1_000 }] };
const config = {
  architecture: 'amd64',
  os: 'linux',
  config: {
    ...{ Entrypoint: ['/x'], Cmd: null, Env: ['A=b'], User: '1:1', WorkingDir: '/', StopSignal: 'SIGTERM' },
    ExposedPorts: { '80/tcp': {} },
  },
};
const { spec } = sampleObjects[0] as { readonly spec: unknown };
const archive = vmArchive({
  name: 'web',
  labels: { a: 'b' },
  annotations: {},
  spec: v.parse(vmSpecSchema, spec),
  image: { reference: 'debian:12', digest, platform: 'linux/amd64' },
  kernel: { name: 'debian', id: hex, version: '6.1', arch: 'amd64' },
});

const mutatedJson = (sample: unknown, random: Random): string =>
  random.once(4)
    ? mutatedText([JSON.stringify(sample)], ['{', '[', '"', ':', ','], random)
    : (JSON.stringify(mutatedValue(sample, random)) ?? 'null');

/** What an archive, a layout or a registry declares about the content of an image. */
export const images = target<readonly [index: string, saved: string, manifest: string, config: string]>({
  name: 'images',
  make: (random) => [
    mutatedJson(index, random),
    mutatedJson(saved, random),
    random.once(2) ? mutatedJson(manifest, random) : JSON.stringify(manifest),
    mutatedJson(config, random),
  ],
  check: async ([indexText, savedText, manifestText, configText]) => {
    for (const image of taken(() => parseOciIndex(indexText)) ?? [])
      assert.ok(image.selector === '' || image.selector.startsWith(':'));
    taken(() => parseDockerManifest(savedText));
    const layout = mkdtempSync(join(tmpdir(), 'fuzz-layout-'));
    try {
      mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
      const of = `sha256:${'00'.repeat(32)}`;
      writeFileSync(join(layout, 'blobs/sha256', of.slice(7)), manifestText);
      writeFileSync(join(layout, 'blobs/sha256', hex), configText);
      const found = await takenLater(() => describeImage(layout, of, 'x'));
      for (const text of Object.values(found?.config ?? {}).flat()) assert.equal(typeof text, 'string');
      for (const blob of await blobsOf(layout, of)) assert.match(blob, /^sha256:[0-9a-f]{64}$/);
    } finally {
      rmSync(layout, { recursive: true });
    }
  },
});

export const archives = target<string>({
  name: 'archives',
  make: (random) => mutatedJson(archive, random),
  check: (text) => {
    const found = taken(() => parseVmArchive(text));
    if (found) assert.deepEqual(parseVmArchive(JSON.stringify(found)), found);
  },
});
