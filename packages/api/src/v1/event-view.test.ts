import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventView } from './event-view.ts';

test('eventView: an event is printed with the fields, the order and the times that 0.1.0 printed', () => {
  const metadata = {
    namespace: 'default',
    labels: {},
    annotations: {},
    finalizers: [],
    name: 'event-33c3ed93b4d2f527',
    uid: '38417c9edf9ccd3a',
    creationTimestamp: '2026-11-29T01:20:19.135Z',
    resourceVersion: '18',
    generation: 2,
  };
  const event = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata,
    eventTime: '2026-11-01T10:00:09.000000Z',
    reason: 'Started',
    action: 'Started',
    regarding: { kind: 'VM', namespace: 'default', name: 'web', uid: '1000000000000004' },
    note: 'it is up',
    type: 'Normal',
    series: { count: 2, lastObservedTime: '2026-11-01T10:00:12.000000Z' },
  } as const;
  assert.equal(
    JSON.stringify(eventView(event)),
    '{"apiVersion":"gitops.weave.works/v1","kind":"Event","metadata":{"namespace":"default","labels":{},"annotations":{},"finalizers":[],"name":"event-33c3ed93b4d2f527","uid":"38417c9edf9ccd3a","resourceVersion":"18","generation":2,"creationTimestamp":"2026-11-29T01:20:19.135Z"},"spec":{"type":"Normal","reason":"Started","message":"it is up","regarding":{"kind":"VM","namespace":"default","name":"web","uid":"1000000000000004"},"count":2,"firstTime":"2026-11-01T10:00:09.000Z","lastTime":"2026-11-01T10:00:12.000Z"},"status":{}}',
  );
});
