import * as v from 'valibot';
import type { KubeObject } from '../object/kube-object.ts';
import { described } from '../schema/described.ts';
import { defineKind } from '../scheme/kind.ts';
import type { Resource } from '../scheme/resource.ts';
import { age } from '../text/age.ts';
import { coreMetadataSchema } from './metadata.ts';

const time = v.nullish(v.string());

/** Names an object, or a part of one (Kubernetes: ObjectReference). */
const referenceSchema = v.strictObject({
  apiVersion: v.optional(v.string()),
  kind: v.optional(v.string()),
  namespace: v.optional(v.string()),
  name: v.optional(v.string()),
  uid: v.optional(v.string()),
  resourceVersion: v.optional(v.string()),
  fieldPath: v.optional(v.string()),
});

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

type EventFields = v.InferOutput<v.StrictObjectSchema<typeof fields, undefined>>;
interface Event extends KubeObject, EventFields {
  readonly kind: 'Event';
}

const lastSeen = ({ series, deprecatedLastTimestamp, eventTime }: EventFields): string | undefined =>
  series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime ?? undefined;

const resource = {
  group: 'events.k8s.io',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  scope: 'Namespaced',
  columns: [
    { title: 'LAST SEEN', cell: (event, nowMs) => age(lastSeen(event), nowMs) },
    { title: 'TYPE', cell: ({ type }) => type ?? '' },
    { title: 'REASON', cell: ({ reason }) => reason ?? '' },
    {
      title: 'OBJECT',
      cell: ({ regarding }) => `${regarding?.kind?.toLowerCase() ?? ''}/${regarding?.name ?? ''}`,
    },
    { title: 'MESSAGE', cell: ({ note }) => note ?? '', flexible: true },
  ],
} satisfies Resource<Event>;

/** Something that happened to an object. */
export const eventKind = defineKind({
  ...resource,
  versions: [{ apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: coreMetadataSchema, fields }],
});
