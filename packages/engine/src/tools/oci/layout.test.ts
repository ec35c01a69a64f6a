import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { type LayoutImage, borrowBlobs, keepImage, retainImages, tagImageIn } from './layout.ts';

let dir: string;
let shared: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ignite-layout-'));
  shared = join(dir, 'shared');
});
afterEach(() => rmSync(dir, { recursive: true }));

const blobs = (layout: string): readonly string[] => readdirSync(join(layout, 'blobs/sha256')).sort();
const tags = (layout: string): readonly (string | undefined)[] =>
  (
    JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
      manifests: { annotations?: Record<string, string> }[];
    }
  ).manifests.map(({ annotations }) => annotations?.['org.opencontainers.image.ref.name']);

function addBlob(layout: string, content: string): { readonly digest: string; readonly size: number } {
  const hash = createHash('sha256').update(content).digest('hex');
  writeFileSync(join(layout, 'blobs/sha256', hash), content);
  return { digest: `sha256:${hash}`, size: content.length };
}

/** Creates an image in a layout, in the way that a tool does. */
async function bring(name: string, ...layers: readonly string[]): Promise<LayoutImage> {
  const layout = join(dir, name);
  await borrowBlobs(layout, shared);
  const manifest = { config: addBlob(layout, name), layers: layers.map((layer) => addBlob(layout, layer)) };
  const { digest } = addBlob(layout, JSON.stringify(manifest));
  const annotations = { 'org.opencontainers.image.ref.name': 'image' };
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ manifests: [{ digest, annotations }] }));
  return { layout, tag: 'image', digest };
}

test('keepImage: what is brought takes the place of what had its tag, and shared layers stay', async () => {
  await keepImage(await bring('one', 'base', 'old'), shared, 'a');
  await keepImage(await bring('two', 'base', 'other', 'base'), shared, 'b');
  assert.deepEqual(tags(shared), ['a', 'b']);
  assert.equal(blobs(shared).length, 7);
  const again = await bring('three', 'base', 'new');
  assert.equal(blobs(again.layout).length, 10, 'what is here need not come again');
  await keepImage(again, shared, 'a');
  assert.deepEqual(tags(shared), ['b', 'a']);
  assert.equal(blobs(shared).length, 7);
});

test('tagImageIn: an image has two names, loses one and then the other, and with that its blobs', async () => {
  await keepImage(await bring('one', 'base', 'old'), shared, 'a');
  await keepImage(await bring('two', 'base', 'other'), shared, 'b');
  await tagImageIn(shared, 'a', 'c');
  await tagImageIn(shared, 'nothing', 'd');
  assert.deepEqual(tags(shared), ['a', 'b', 'c']);
  await tagImageIn(shared, 'a', 'b');
  assert.deepEqual(tags(shared), ['a', 'c', 'b']);
  assert.equal(blobs(shared).length, 4, 'of what has no name left nothing stays');
  await retainImages(shared, (tag) => tag === 'b');
  assert.equal(blobs(shared).length, 4);
  await retainImages(shared, () => false);
  assert.equal(blobs(shared).length, 0);
});

test('retainImages: damaged images and those without a tag hinder nothing, and go', async () => {
  await keepImage(await bring('one', 'base'), shared, 'a');
  const wanted = blobs(shared);
  const path = join(shared, 'index.json');
  const index = JSON.parse(readFileSync(path, 'utf8')) as { manifests: object[] };
  const nested = addBlob(shared, '['.repeat(200_000));
  const config = addBlob(shared, JSON.stringify({ config: nested, layers: [] }));
  index.manifests.push(
    config,
    nested,
    { digest: `sha256:${'0'.repeat(64)}` },
    { ...config, annotations: null },
  );
  writeFileSync(path, JSON.stringify(index));
  writeFileSync(join(shared, 'oci-put-blob123'), 'half');
  mkdirSync(join(shared, 'kept'));
  await retainImages(shared, (tag) => tag !== undefined);
  assert.deepEqual(tags(shared), ['a']);
  assert.deepEqual(blobs(shared), wanted);
  assert.deepEqual(readdirSync(shared).sort(), ['blobs', 'index.json', 'kept', 'oci-layout']);
  await retainImages(shared, () => false);
  assert.deepEqual(blobs(shared), []);
});

test('retainImages: of no layout nothing is left to do', async () => {
  await retainImages(shared, () => false);
});
