import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scheme } from '@ignite/legacy/scheme';
import { planManifests } from '@ignite/toolkit/apply/plan-manifests';
import type { LiveObject } from '@ignite/toolkit/apply/actuator';
import { decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import { assertNamespaces } from './assert-namespaces.ts';

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } };
const within = (kind: string, name: string, namespaceName = 'team') => ({
  apiVersion: kind === 'VM' ? 'ignite.weave.works/v1' : 'v1',
  kind,
  metadata: { name, namespace: namespaceName },
  ...(kind === 'VM' && { spec: { image: { oci: 'debian:12' } } }),
});

function assertApplies(objects: readonly object[], present: readonly object[] = []): void {
  const manifestsOf = (given: readonly object[]) =>
    given.flatMap((object) => decodeManifests(JSON.stringify(object), 'f', scheme));
  const live = manifestsOf(present).map((manifest): LiveObject => ({
    ...manifest,
    metadata: { ...manifest.metadata, uid: 'u' },
    health: { state: 'Healthy' },
  }));
  const deps = { actuator: { effectOf: () => 'live' as const }, kindOrder: ['Namespace'] };
  const plan = planManifests(manifestsOf(objects), live, { replace: false, force: false }, deps);
  assertNamespaces(plan, live);
}

test('assertNamespaces: what the API of another host would refuse is refused before anything is done', () => {
  const settings = within('ConfigMap', 'settings');
  assert.throws(() => assertApplies([within('VM', 'web'), settings]), {
    code: 'NAMESPACE_MISSING',
    message: 'ConfigMap/team/settings: the other host has no namespace "team"',
    hint: /apply a Namespace/,
  });
  assertApplies([settings, namespace]);
  assertApplies([settings], [namespace]);
  assertApplies([settings], [settings]);
  assertApplies([within('ConfigMap', 'settings', 'default')]);
  assertApplies([within('VM', 'web')]);
});
