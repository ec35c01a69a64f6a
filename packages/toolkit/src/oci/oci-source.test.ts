import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { localRunner } from '../process/local-runner.ts';
import { OciSource } from './oci-source.ts';

const root = mkdtempSync(join(tmpdir(), 'gitops-oci-'));
after(() => rmSync(root, { recursive: true, force: true }));
const op = { signal: new AbortController().signal, report: () => {} };

/** An OCI layout with one artifact, whose layers are archives of `dirs`. */
function pushArtifact(layout: string, ...dirs: readonly string[]): void {
  const blobs = join(layout, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (content: Buffer) => {
    const hex = createHash('sha256').update(content).digest('hex');
    writeFileSync(join(blobs, hex), content);
    return { digest: `sha256:${hex}`, size: content.length };
  };
  const archive = join(root, 'layer.tar.gz');
  const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
  const config = put(json({}));
  const layers = dirs.map((dir) => {
    // Without the folders: where an archive has them, tar(1) makes them in the place of links.
    const names = execFileSync('find', [dir, '!', '-type', 'd', '-printf', '%P\\0']);
    execFileSync('tar', ['-czf', archive, '-C', dir, '--null', '-T', '-'], { input: names });
    return { mediaType: 'application/vnd.cncf.flux.content.v1.tar+gzip', ...put(readFileSync(archive)) };
  });
  const manifest = put(
    json({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.cncf.flux.config.v1+json', ...config },
      layers,
    }),
  );
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const descriptor = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    ...manifest,
    annotations: { 'org.opencontainers.image.ref.name': 'prod' },
  };
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
}

describe('OciSource', () => {
  test('the manifests of an artifact, and the same revision while its digest stays', async () => {
    const [layout, dir, cacheDir] = ['layout', 'files', 'cache'].map((name) => join(root, name)) as [
      string,
      string,
      string,
    ];
    mkdirSync(join(dir, 'sub'), { recursive: true });
    writeFileSync(join(dir, 'sub/a.yaml'), 'a: 1\n');
    symlinkSync('/etc', join(dir, 'link'));
    pushArtifact(layout, dir);
    const source = new OciSource(
      { artifact: `oci:${layout}:prod`, timeoutMs: 20_000, cacheDir },
      localRunner,
    );
    const revision = await source.fetch(op);
    assert.match(revision.id, /^artifact@sha256:[0-9a-f]{64}$/);
    assert.deepEqual(
      revision.files.map(({ path, text }) => [path, text]),
      [['sub/a.yaml', 'a: 1\n']],
    );
    assert.equal(await source.fetch(op), revision);
    writeFileSync(join(dir, 'sub/a.yaml'), 'a: 2\n');
    pushArtifact(layout, dir);
    assert.equal((await source.fetch(op)).files[0]?.text, 'a: 2\n');
    assert.deepEqual(
      readdirSync(cacheDir).filter((name) => name.startsWith('artifact-')),
      [],
      'nothing is left but the lock',
    );
  });

  test('no layer leaves its folder by the links of another', async () => {
    const outside = join(root, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'mine.yaml'), 'mine');
    const dirs = ['linking', 'writing', 'replacing'].map((name) => join(root, name));
    const [linking, writing, replacing] = dirs as [string, string, string];
    for (const dir of [linking, join(writing, 'x'), replacing]) mkdirSync(dir, { recursive: true });
    symlinkSync(outside, join(linking, 'x'));
    writeFileSync(join(linking, 'a.yaml'), 'first');
    writeFileSync(join(writing, 'x/theirs.yaml'), 'theirs');
    writeFileSync(join(writing, 'x/mine.yaml'), 'theirs');
    writeFileSync(join(replacing, 'a.yaml'), 'last');
    const layout = join(root, 'layers');
    pushArtifact(layout, linking, writing, replacing);
    const options = {
      artifact: `oci:${layout}:prod`,
      timeoutMs: 20_000,
      cacheDir: join(root, 'layers-cache'),
    };
    const { files } = await new OciSource(options, localRunner).fetch(op);
    assert.deepEqual(readdirSync(outside), ['mine.yaml']);
    assert.equal(readFileSync(join(outside, 'mine.yaml'), 'utf8'), 'mine');
    assert.deepEqual(
      files.map(({ path, text }) => [path, text]),
      [
        ['a.yaml', 'last'],
        ['x/mine.yaml', 'theirs'],
        ['x/theirs.yaml', 'theirs'],
      ],
    );
  });

  test('what is not there, and what is no artifact, is said to be so', async () => {
    const cacheDir = join(root, 'cache');
    const fetch = (artifact: string) =>
      new OciSource({ artifact, timeoutMs: 20_000, cacheDir }, localRunner).fetch(op);
    await assert.rejects(fetch(`oci:${join(root, 'nowhere')}:x`), { code: 'SOURCE_UNREACHABLE' });
    await assert.rejects(fetch('--help'), { code: 'SOURCE_INVALID' });
  });
});
