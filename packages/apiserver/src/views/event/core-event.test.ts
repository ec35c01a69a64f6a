import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import {
  clusterRole,
  clusterRoleBinding,
  may,
  named,
  rulesOf,
  user,
} from '../../authorization/access.sample.ts';
import { CheckedClient } from '../../authorization/writes/checked-client.ts';
import { type Fields, openGarden, sent } from '../../server/asked-garden.sample.ts';
import { ViewedClient } from '../viewed-client.ts';
import { coreEvent, storedEvent } from './core-event.ts';
import { coreEvents } from './core-events.ts';

const metadata: KubeObject['metadata'] = {
  ...{ name: 'a', namespace: 'home', uid: 'u', resourceVersion: '1', generation: 1 },
  ...{ creationTimestamp: '2026-01-01T12:00:00Z', labels: {}, annotations: {}, finalizers: [] },
};

test('coreEvent: no field is lost between the two forms of an event', () => {
  const event = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata,
    regarding: { apiVersion: 'garden.example/v1', kind: 'Pot', name: 'p', namespace: 'home', uid: 'x' },
    related: { kind: 'Shed', name: 's' },
    ...{ eventTime: '2026-01-01T12:00:00.000000Z', note: 'no water', reason: 'Dry', type: 'Warning' },
    ...{ action: 'Water', reportingController: 'garden.example/water', reportingInstance: 'one' },
    series: { count: 2, lastObservedTime: '2026-01-01T12:01:00.000000Z' },
    deprecatedSource: { component: 'c', host: 'h' },
    ...{ deprecatedFirstTimestamp: null, deprecatedLastTimestamp: null, deprecatedCount: 1 },
  };
  const core = coreEvent(event);
  assert.deepEqual(storedEvent(core), event);
  assert.partialDeepStrictEqual(core, {
    apiVersion: 'v1',
    involvedObject: { kind: 'Pot', name: 'p' },
    message: 'no water',
    source: { component: 'c', host: 'h' },
    count: 1,
  });
});

test('coreEvent: says of which version an object of Ignite is that an event names by its kind', () => {
  const event = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata,
    regarding: { kind: 'VM', name: 'w' },
  };
  assert.deepEqual(coreEvent(event).involvedObject, {
    apiVersion: 'ignite.weave.works/v1',
    ...event.regarding,
  });
});

test('core events: are written and read in their form, and one of the other group is the same object', async () => {
  await using garden = await openGarden({ resources: () => [coreEvents] });
  const path = '/api/v1/namespaces/home/events';
  const about = { kind: 'Pot', namespace: 'home', name: 'p' };
  const event = { metadata: { generateName: 'dry-' }, involvedObject: about, message: 'no water', count: 1 };
  const made = await garden.ask(path, sent('POST', event));
  assert.equal(made.code, 201, made.text);
  const { name } = made.json['metadata'] as { readonly name: string };
  const key = { group: 'events.k8s.io', version: 'v1', resource: 'events', namespace: 'home', name };
  assert.partialDeepStrictEqual(await garden.direct.get(key), { regarding: about, note: 'no water' });

  const patch = sent('PATCH', { count: 2 }, 'application/strategic-merge-patch+json');
  assert.equal((await garden.ask(`${path}/${name}`, patch)).json['count'], 2);
  const operations = [{ op: 'replace', path: '/message', value: 'dry' }];
  const changed = await garden.ask(
    `${path}/${name}`,
    sent('PATCH', operations, 'application/json-patch+json'),
  );
  assert.equal(changed.json['message'], 'dry', changed.text);
  const update = { ...changed.json, reason: 'Dry' };
  assert.equal((await garden.ask(`${path}/${name}`, sent('PUT', update))).json['reason'], 'Dry');
  assert.equal((await garden.ask(`${path}/${name}`, sent('PUT', made.json))).code, 409);
  const strict = await garden.ask(`${path}?fieldValidation=Strict`, sent('POST', { ...event, note: 'x' }));
  assert.match(String(strict.json['message']), /unknown field "note"/);
  const nowhere = '/api/v1/namespaces/nowhere/events';
  assert.match((await garden.ask(nowhere, sent('POST', event))).text, /namespaces \\"nowhere\\" not found/);

  const { json } = await garden.ask(`${path}?fieldSelector=involvedObject.name=p,reason=Dry`);
  assert.equal((json['items'] as readonly Fields[]).length, 1);
  const none = await garden.ask(`${path}?fieldSelector=involvedObject.name=q`);
  assert.deepEqual(none.json['items'], []);
  assert.equal((await garden.ask(`${path}/${name}`, sent('DELETE', {}))).code, 200);
  await assert.rejects(garden.direct.get(key), { code: 'NOT_FOUND' });
});

test('core events: who may write those of the core group need not be allowed those of the other', async () => {
  await using garden = await openGarden({ resources: () => [coreEvents] });
  const viewed = new ViewedClient(garden.direct, [coreEvents]);
  const rules = rulesOf({
    clusterRoles: [clusterRole('reporter', [may('create', '', 'events')])],
    clusterRoleBindings: [clusterRoleBinding('reporter', user('ada'))],
  });
  const client = new CheckedClient({
    client: viewed,
    user: named('ada'),
    rules: async () => rules,
    served: () => [],
  });
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'a', namespace: 'home' },
    message: 'dry',
  };
  assert.equal((await client.create(coreEvents, event))['message'], 'dry');
});
