import * as v from 'valibot';
import { described } from '../schema/described.ts';
import { defineKind } from '../scheme/kind.ts';
import { coreMetadataSchema } from './metadata.ts';
import { eventResource } from './resources/event.ts';

const time = v.nullish(v.string());

const referenceSchema = v.pipe(
  v.strictObject({
    apiVersion: v.optional(v.string()),
    kind: v.optional(v.string()),
    namespace: v.optional(v.string()),
    name: v.optional(v.string()),
    uid: v.optional(v.string()),
    resourceVersion: v.optional(v.string()),
    fieldPath: v.optional(v.string()),
  }),
  v.metadata({ 'x-kubernetes-map-type': 'atomic' }),
);

const fields = {
  eventTime: described('The first time that the event happened.', time),
  reportingController: described(
    'The controller that reports it, such as `example.org/vms`.',
    v.optional(v.string()),
  ),
  reportingInstance: described('The process of the controller that reports it.', v.optional(v.string())),
  action: described('What was done or failed, one word in CamelCase.', v.optional(v.string())),
  reason: described('Why, one word in CamelCase.', v.optional(v.string())),
  regarding: described('The object that the event is about.', v.optional(referenceSchema)),
  related: described('Another object that takes part in it.', v.optional(referenceSchema)),
  note: described('The explanation for people.', v.optional(v.pipe(v.string(), v.maxLength(1_024)))),
  type: described('`Normal` or `Warning`.', v.optional(v.string())),
  series: described(
    'How often it has happened, and when last.',
    v.nullish(v.strictObject({ count: v.number(), lastObservedTime: v.string() })),
  ),
  deprecatedSource: v.optional(
    v.strictObject({ component: v.optional(v.string()), host: v.optional(v.string()) }),
  ),
  deprecatedFirstTimestamp: time,
  deprecatedLastTimestamp: time,
  deprecatedCount: v.optional(v.number()),
};

/** Something that happened to an object. */
export const eventKind = defineKind({
  ...eventResource,
  versions: [{ apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: coreMetadataSchema, fields }],
});
