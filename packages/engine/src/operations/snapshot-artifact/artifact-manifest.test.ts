import assert from 'node:assert/strict';
import { test } from 'node:test';
import { artifactManifest, parseArtifactManifest } from './artifact-manifest.ts';

const blob = { digest: `sha256:${'a'.repeat(64)}`, size: 10 };
const whole = JSON.parse(
  JSON.stringify(
    artifactManifest({
      config: blob,
      parts: new Map([
        ['disk', blob],
        ['kernel', blob],
      ]),
    }),
  ),
) as Record<string, unknown> & { config: Record<string, unknown>; layers: Record<string, unknown>[] };
const refusal = (manifest: unknown): string => {
  try {
    parseArtifactManifest(manifest);
    return 'none';
  } catch (failure) {
    return (failure as Error).message;
  }
};

test('parseArtifactManifest: what was written is read again', () => {
  assert.deepEqual(parseArtifactManifest(whole), {
    config: blob,
    parts: new Map([
      ['disk', blob],
      ['kernel', blob],
    ]),
  });
});

test('parseArtifactManifest: what is not of this format is refused with the reason', () => {
  const { artifactType: _type, ...image } = whole;
  const invalid = 'not a snapshot that can be used here: ';
  for (const [manifest, message] of [
    [image, `${invalid}it is an image, or something else`],
    ['text', `${invalid}it is an image, or something else`],
    [
      { ...whole, artifactType: 'application/vnd.example' },
      `${invalid}it is of type "application/vnd.example"`,
    ],
    [
      { ...whole, artifactType: 'application/vnd.ignite.snapshot.v0' },
      `${invalid}it is of type "application/vnd.ignite.snapshot.v0"`,
    ],
    [
      { ...whole, artifactType: 'application/vnd.ignite.snapshot.v12' },
      'the snapshot has format 12, and this Ignite knows format 1',
    ],
    [{ ...whole, layers: 1 }, `${invalid}its manifest cannot be read`],
    [
      { ...whole, config: { ...whole.config, digest: 'sha256:../../etc' } },
      `${invalid}its manifest cannot be read`,
    ],
    [
      { ...whole, config: { ...whole.config, mediaType: 'text/plain' } },
      `${invalid}its config is of another type`,
    ],
    [{ ...whole, config: { ...whole.config, size: 2 ** 21 } }, `${invalid}its config is too large`],
    [
      { ...whole, layers: [...whole.layers, whole.layers[0]] },
      `${invalid}it has a part of type "application/vnd.ignite.snapshot.disk.v1+zstd" too many`,
    ],
    [
      { ...whole, layers: [{ ...blob, mediaType: 'text/plain' }] },
      `${invalid}it has a part of type "text/plain" too many`,
    ],
  ] as const)
    assert.equal(refusal(manifest), message);
});
