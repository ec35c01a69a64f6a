import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as v from 'valibot';
import type { Manifest } from '../codec/manifest.ts';
import type { LiveObject } from '../apply/actuator.ts';
import { ownerAnnotation } from '../apply/annotations.ts';
import { allowSchema } from './allow-spec.ts';
import { findDenied } from './find-denied.ts';
import { gitopsKinds } from '../sync/gitops-kinds.ts';
import { withOwner } from '../apply/plan-apply.ts';
import { sourceUses } from '../sync/source-uses.ts';

const manifest = (kind: string, name: string, spec: object): Manifest => {
  const schema = gitopsKinds.find((known) => known.kind === kind)?.versions[0]?.spec;
  return {
    apiVersion: 'gitops.weave.works/v1',
    kind,
    metadata: { name, namespace: 'default', labels: {}, annotations: {} },
    spec: schema ? v.parse(schema, spec) : spec,
  };
};

const live = (wanted: Manifest, owner?: string): LiveObject => ({
  ...(owner === undefined ? wanted : withOwner(wanted, owner)),
  metadata: { ...(owner === undefined ? wanted : withOwner(wanted, owner)).metadata, uid: 'u' },
  health: { state: 'Healthy' },
});

const hostUses = { ...sourceUses, Pot: () => [] };
const denied = async (
  wanted: readonly Manifest[],
  allow: object,
  { there = [], adopt = false }: { there?: readonly LiveObject[]; adopt?: boolean } = {},
): Promise<Readonly<Record<string, string>>> => {
  const input = { owner: 'site', allow: v.parse(allowSchema, allow), adopt, wanted, live: there };
  return Object.fromEntries(await findDenied(input, hostUses, new AbortController().signal));
};

const child = (spec: object) => manifest('Sync', 'child', { source: { gitSource: 'inner' }, ...spec });
const inner = (spec: object = {}) =>
  manifest('GitSource', 'inner', { url: 'https://example.org/x', ...spec });
const kinds = { kinds: ['Pot', 'GitSource', 'Sync'] };

describe('findDenied', () => {
  test('by default a source brings no other sources, and no kind of which nothing is known', async () => {
    const found = await denied([child({}), inner(), manifest('Pot', 'p', {}), manifest('Pan', 'p', {})], {});
    assert.deepEqual(Object.keys(found).sort(), ['GitSource/inner', 'Pan/p', 'Sync/child']);
    assert.match(found['Sync/child']!, /kind Sync are not allowed/);
  });

  test('a source that may bring others gives them no file of the host and nothing beyond its own allowance', async () => {
    const narrow = { allow: { kinds: ['Pot'] } };
    assert.deepEqual(await denied([child(narrow), inner()], kinds), {});
    for (const [spec, field] of [
      [{}, /more than the Sync itself/],
      [{ allow: { kinds: ['Pot'], hostPaths: ['/srv'] } }, /of the Sync: \/srv/],
      [{ ...narrow, source: { directory: '/srv' } }, /of the Sync: \/srv/],
      [{ ...narrow, source: { ociArtifact: 'oci:/srv/x:y' } }, /of the Sync: \/srv\/x/],
      [{ ...narrow, notify: [{ url: 'https://a.b', secretFile: '/etc/shadow' }] }, /secretFile: not allowed/],
      [
        { ...narrow, commitStatus: { provider: 'github', url: 'https://a.b', tokenFile: '/etc/shadow' } },
        /tokenFile: not allowed/,
      ],
      [{ ...narrow, statusBranch: { name: 'x', signingKeyFile: '/root/k' } }, /signingKeyFile: not allowed/],
    ] as const)
      assert.match((await denied([child(spec), inner()], kinds))['Sync/child'] ?? '', field);
    for (const spec of [
      { url: '/srv/vms.git' },
      { url: 'file:///srv/vms.git' },
      { auth: { passwordFile: '/etc/shadow' } },
      { auth: { caFile: '/etc/shadow' } },
      { verify: { keyFiles: ['/root/key'] } },
    ])
      assert.match(
        (await denied([inner(spec)], kinds))['GitSource/inner'] ?? '',
        /^spec\..*: not allowed by .*: \//,
      );
  });

  test('a source of another, with its credentials, is not used', async () => {
    const wanted = [child({ allow: { kinds: ['Pot'] } })];
    const mine = [...wanted, inner()];
    assert.match(
      (await denied(wanted, kinds))['Sync/child']!,
      /GitSource\/inner, which does not belong to the source/,
    );
    for (const there of [[live(inner())], [live(inner(), 'other')]])
      assert.match((await denied(mine, kinds, { there }))['Sync/child']!, /of the Sync: GitSource/);
    assert.deepEqual(await denied(mine, kinds, { there: [live(inner(), 'site')] }), {});
    assert.deepEqual(await denied(mine, kinds, { there: [live(inner())], adopt: true }), {});
    assert.deepEqual(await denied(wanted, { ...kinds, objects: ['GitSource/inner'] }), {});
    const forged = inner();
    const annotations = { [ownerAnnotation]: 'site GitSource/other' };
    const there = [live({ ...forged, metadata: { ...forged.metadata, annotations } })];
    assert.match((await denied(mine, kinds, { there }))['Sync/child']!, /of the Sync: GitSource/);
  });
});
