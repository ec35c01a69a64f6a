import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SyncPlan } from '@ignite/toolkit/apply/plan-apply';
import type { Action } from '@ignite/toolkit/apply/action';
import { differs, planDocument, renderPlan } from './plan.ts';

const key = { kind: 'VM', namespace: 'default', name: 'web' };
const manifest = {
  apiVersion: 'ignite.weave.works/v1',
  kind: 'VM',
  metadata: { name: 'web', namespace: 'default', uid: 'u', labels: {}, annotations: {} },
  spec: {},
  health: { state: 'Healthy' },
} as const;
const policy = {
  prune: 'enabled',
  drift: 'repair',
  replace: 'forbidden',
  reconcile: true,
  wave: 0,
  dependsOn: [],
  ignore: [],
} as const;
const base = { key, policy, wanted: manifest, live: manifest, changes: [], reason: 'changed' } as const;
const plan = (...actions: readonly Action[]): SyncPlan => ({ stages: [actions], refused: [] });

const rendered = (plan: SyncPlan, isColoured: boolean): string => String(renderPlan(plan, isColoured));

test('renderPlan: what is done, to which fields, and what is held back', () => {
  const changes = [
    { path: '/spec/memory', from: 2 ** 29, to: 2 ** 30 },
    { path: '/metadata/labels/app', from: undefined, to: 'web' },
  ];
  const text = rendered(
    plan(
      { ...base, kind: 'unchanged', reason: 'same' },
      { ...base, kind: 'change', effect: 'restart', changes, reason: 'drifted' },
      { ...base, kind: 'change', effect: 'next-start' },
      { ...base, kind: 'replace', held: 'not allowed' },
    ),
    false,
  );
  assert.equal(
    text,
    '~ VM/web: changed with a restart (drifted)\n' +
      '    spec.memory           512MB → 1GB\n' +
      '    metadata.labels.app   (none) → web\n' +
      '~ VM/web: changed at the next start\n' +
      '± VM/web: would be replaced\n' +
      '    held: not allowed\n',
  );
  assert.match(
    rendered(plan({ ...base, kind: 'create' }), true),
    /^\u001b\[32m\+ VM\/web: created\u001b\[0m\n$/,
  );
});

test('differs: unless everything is as it is and nothing is refused', () => {
  assert.ok(!differs(plan({ ...base, kind: 'unchanged', reason: 'same' })));
  assert.ok(differs(plan({ ...base, kind: 'delete' })));
  assert.ok(differs({ stages: [], refused: [{ key, message: 'x' }] }));
  assert.deepEqual(planDocument(plan({ ...base, kind: 'delete' })), {
    actions: [{ object: 'VM/web', action: 'delete', reason: 'changed', changes: [] }],
    refused: [],
  });
});

test('renderPlan: what a manifest holds cannot move the cursor', () => {
  const changes = [{ path: '/spec/kernel/cmdLine', from: undefined, to: 'a\u001b[2J\nb' }];
  const text = rendered(plan({ ...base, kind: 'change', effect: 'restart', changes }), false);
  assert.match(text, /\(none\) → a \[2J b\n$/);
});
