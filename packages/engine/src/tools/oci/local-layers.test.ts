import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { assertFewLayers } from './local-layers.ts';
import { type SkopeoSource, parseSource } from './source.ts';
import { readTarMember } from './tar.ts';

const { signal } = new AbortController();
const platform = { os: 'linux', arch: 'amd64' } as const;
let dir: string;
before(() => void (dir = mkdtempSync(join(tmpdir(), 'ignite-layers-'))));
after(() => rmSync(dir, { recursive: true }));

/** Whether the image that is named is refused. */
async function isRefused(text: string): Promise<boolean> {
  const source = parseSource(text) as SkopeoSource;
  try {
    await assertFewLayers({ source, platform }, localRunner, signal);
    return false;
  } catch (failure) {
    assert.match(String(failure), /has more than 256 layers/);
    return true;
  }
}

/** A folder with an image for each tag, of so many layers. */
function layout(name: string, images: Readonly<Record<string, number>>): string {
  const path = join(dir, name);
  mkdirSync(join(path, 'blobs/sha256'), { recursive: true });
  const add = (content: object): string => {
    const text = JSON.stringify(content);
    const digest = createHash('sha256').update(text).digest('hex');
    writeFileSync(join(path, 'blobs/sha256', digest), text);
    return `sha256:${digest}`;
  };
  const manifests = Object.entries(images).map(([tag, count]) => {
    const layers = Array.from({ length: count }, () => ({ size: 1 }));
    const image = add({ config: { size: 1 }, layers });
    const [os, architecture] = ['linux', 'amd64'];
    const digest = add({ manifests: [{ digest: image, platform: { os, architecture } }] });
    return { digest, annotations: { 'org.opencontainers.image.ref.name': tag } };
  });
  writeFileSync(join(path, 'index.json'), JSON.stringify({ manifests }));
  return path;
}

test('assertFewLayers: the image that is named is looked at, behind an index too, and no other', async () => {
  const path = layout('layout', { many: 257, most: 256 });
  const archive = join(dir, 'layout.tar');
  await localRunner.run({ tool: 'tar', args: ['-cf', archive, '-C', path, '.'] }, signal);
  const packed = join(dir, 'layout.tgz');
  await localRunner.run({ tool: 'tar', args: ['-czf', packed, '-C', path, 'index.json', 'blobs'] }, signal);
  for (const where of [`oci:${path}`, `oci-archive:${archive}`, `oci-archive:${packed}`]) {
    assert.equal(await isRefused(`${where}:many`), true, where);
    assert.equal(await isRefused(`${where}:most`), false, where);
  }
});

test('assertFewLayers: of a docker-archive the name may be written in any way', async () => {
  const path = join(dir, 'docker');
  mkdirSync(path);
  const image = (tag: string, count: number) => ({
    RepoTags: [tag],
    Layers: Array.from({ length: count }, () => 'x'),
  });
  const manifest = JSON.stringify([image('many:1', 300), image('few:latest', 3)]);
  writeFileSync(join(path, 'manifest.json'), manifest);
  const archive = join(dir, 'docker.tar');
  await localRunner.run({ tool: 'tar', args: ['-cf', archive, '-C', path, 'manifest.json'] }, signal);
  const at = `docker-archive:${archive}`;
  assert.equal(await isRefused(`${at}:docker.io/library/many:1`), true);
  assert.equal(await isRefused(`${at}:few`), false);
});

test('assertFewLayers: what skopeo cannot read either is left to it', async () => {
  for (const text of ['oci:/nowhere/at:all', 'oci-archive:/nowhere/at.tar', 'docker-daemon:debian:12'])
    assert.equal(await isRefused(text), false);
  const path = layout('broken', { many: 257 });
  writeFileSync(join(path, 'index.json'), '{"manifests": 7}');
  assert.equal(await isRefused(`oci:${path}:many`), false);
});

test('readTarMember: of a file that is longer than it may be nothing is kept', async () => {
  writeFileSync(join(dir, 'long'), Buffer.alloc(2 ** 20, 'x'));
  const archive = join(dir, 'long.tar');
  await localRunner.run({ tool: 'tar', args: ['-cf', archive, '-C', dir, 'long'] }, signal);
  assert.equal(await readTarMember(archive, 'long', localRunner, signal, 2 ** 20 - 1), undefined);
  assert.equal((await readTarMember(archive, 'long', localRunner, signal, 2 ** 20))?.length, 2 ** 20);
});
