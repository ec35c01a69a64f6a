import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsByManager, garden, updated } from './garden.sample.ts';

const first = updated(undefined, garden({ name: 'x', size: 1 }), 'u');

test('updateManagers: a write that changes nothing changes no manager', () => {
  assert.deepEqual(updated(first, garden({ name: 'x', size: 1 }), 'v', { time: 'later' }), first);
});

test('updateManagers: whoever writes managers himself sets them, and an empty list forgets them', () => {
  const managedFields = [
    {
      manager: 'm',
      operation: 'Apply',
      apiVersion: 'garden.example/v1',
      fieldsV1: { 'f:spec': { 'f:name': {} } },
    },
  ];
  const withFields = (fields: unknown) =>
    garden({ name: 'x', size: 1 }, { metadata: { ...first.metadata, managedFields: fields } });
  assert.deepEqual(fieldsByManager(updated(first, withFields(managedFields), 'v')), {
    'm Apply': { 'f:name': {} },
  });
  for (const none of [[], [{}]]) assert.deepEqual(fieldsByManager(updated(first, withFields(none), 'v')), {});
  const { managedFields: _left, ...without } = first.metadata;
  const unaware = garden({ name: 'x', size: 1 }, { metadata: without });
  assert.deepEqual(fieldsByManager(updated(first, unaware, 'v')), fieldsByManager(first));
});

test('updateManagers: a write of a subresource leaves the managers that it sends aside', () => {
  const status = garden(
    { name: 'x', size: 1 },
    { metadata: { name: 'home', managedFields: [] }, status: { phase: 'Full' } },
  );
  const result = updated(first, status, 'c', { subresource: 'status' });
  assert.deepEqual(Object.keys(fieldsByManager(result)), ['c Update', 'u Update']);
});

test('updateManagers: there are at most ten who update, and the oldest become one', () => {
  let live = first;
  for (let at = 0; at < 15; at += 1) {
    const labels = Object.fromEntries(Array.from({ length: at + 1 }, (_, label) => [`l${label}`, 'x']));
    live = updated(live, garden({ name: 'x', size: 1, labels }, { metadata: live.metadata }), `m${at}`, {
      time: `2026-01-01T00:00:${at + 10}Z`,
    });
  }
  const managers = Object.keys(fieldsByManager(live));
  assert.equal(managers.length, 10);
  assert.ok(managers.includes('ancient-changes Update') && managers.includes('m14 Update'));
});
