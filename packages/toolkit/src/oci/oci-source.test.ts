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

/** Writes an OCI layout with one artifact, whose layers are archives of folders. */
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
    execFileSync('tar', ['-czf', archive, '-C', dir, '.']);
    return put(readFileSync(archive));
  });
  const manifest = put(
    json({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.cncf.flux.config.v1+json', ...config },
      layers: layers.map((layer) => ({
        mediaType: 'application/vnd.cncf.flux.content.v1.tar+gzip',
        ...layer,
      })),
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
  test('a fetch returns the manifests of an artifact, and the same revision while its digest stays', async () => {
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
      { artifact: `oci:${layout}:prod`, timeoutMs: 600_000, cacheDir },
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

  test('a layer writes nothing to where a symlink of the layer below it leads', async () => {
    const at = (...names: readonly string[]): string => join(root, 'layers', ...names);
    for (const name of ['below', 'above/x', 'victim', 'cache']) mkdirSync(at(name), { recursive: true });
    symlinkSync(at('victim'), at('below/x'));
    writeFileSync(at('above/x/job.yaml'), 'a: 1\n');
    pushArtifact(at('layout'), at('below'), at('above'));
    const source = { artifact: `oci:${at('layout')}:prod`, timeoutMs: 20_000, cacheDir: at('cache') };
    const { files } = await new OciSource(source, localRunner).fetch(op);
    assert.deepEqual(readdirSync(at('victim')), []);
    assert.deepEqual(
      files.map(({ path }) => path),
      ['x/job.yaml'],
    );
  });

  test('a missing artifact, and an image that is no artifact, are reported as such', async () => {
    const cacheDir = join(root, 'cache');
    const fetch = (artifact: string) =>
      new OciSource({ artifact, timeoutMs: 600_000, cacheDir }, localRunner).fetch(op);
    await assert.rejects(fetch(`oci:${join(root, 'nowhere')}:x`), { code: 'SOURCE_UNREACHABLE' });
    await assert.rejects(fetch('--help'), { code: 'SOURCE_INVALID' });
  });
});
