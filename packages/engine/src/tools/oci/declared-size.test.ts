import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaredSize, manifestsFor } from './declared-size.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

test('declaredSize: of the largest blob and of all', () => {
  const manifest = { config: { size: 10 }, layers: [{ size: 300 }, { size: 200 }] };
  assert.deepEqual(declaredSize(manifest), { largest: 300, total: 510, layers: 2 });
  assert.equal(declaredSize({ config: { size: 10 }, layers: [{ size: -1 }] }), undefined);
  assert.equal(declaredSize({ schemaVersion: 1, fsLayers: [] }), undefined);
  assert.equal(declaredSize(null), undefined);
});

test('manifestsFor: those of the platform, in every variant, and no endless number of them', () => {
  const of = (letter: string, architecture: string, variant?: string) => ({
    digest: digest(letter),
    platform: { os: 'linux', architecture, variant },
  });
  const manifests = [of('a', 'amd64'), of('b', 'arm64', 'v8'), of('c', 'arm64'), { digest: digest('d') }];
  assert.deepEqual(manifestsFor({ manifests }, { os: 'linux', arch: 'arm64' }), [digest('b'), digest('c')]);
  const many = Array.from({ length: 1_000 }, () => of('a', 'amd64'));
  assert.equal(manifestsFor({ manifests: many }, { os: 'linux', arch: 'amd64' }).length, 4);
  assert.deepEqual(manifestsFor({ manifests: [{ digest: '../x' }] }, { os: 'linux', arch: 'amd64' }), []);
});
