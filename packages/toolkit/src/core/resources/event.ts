import type { KubeObject } from '../../object/kube-object.ts';
import type { Resource } from '../../scheme/resource.ts';
import { objectKind } from '../../store/object-kind.ts';
import { age } from '../../text/age.ts';

/** Names an object, or a part of one (Kubernetes: ObjectReference). */
export interface ObjectReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** The uid tells objects apart that have had the same name one after the other. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly fieldPath?: string;
}

export interface EventObject extends KubeObject {
  readonly kind: 'Event';
  /** The first time that the event happened. */
  readonly eventTime?: string | null;
  readonly type?: string;
  /** The reason, one word in CamelCase. */
  readonly reason?: string;
  readonly action?: string;
  readonly note?: string;
  readonly regarding?: ObjectReference;
  readonly reportingController?: string;
  readonly reportingInstance?: string;
  /** What has happened more than once since the first time. */
  readonly series?: { readonly count: number; readonly lastObservedTime: string } | null;
  readonly deprecatedFirstTimestamp?: string | null;
  readonly deprecatedLastTimestamp?: string | null;
  readonly deprecatedCount?: number;
}

/** How often an event has happened, and when. */
export interface Occurrences {
  readonly count: number;
  readonly firstTime: string;
  readonly lastTime: string;
}

/** Pure. Reads how often an event has happened from the current fields of an event, or else the former ones. */
export function occurrencesOf(event: EventObject): Occurrences {
  const { eventTime, series, metadata } = event;
  const firstTime = eventTime ?? event.deprecatedFirstTimestamp ?? metadata.creationTimestamp;
  return {
    count: series?.count ?? event.deprecatedCount ?? 1,
    firstTime,
    lastTime: series?.lastObservedTime ?? event.deprecatedLastTimestamp ?? firstTime,
  };
}

/** Pure. Tells whether an event is the one by which a host that was away learns that a VM of its own is gone. */
export const isOfRemovedVm = ({ reason, regarding }: EventObject): boolean =>
  reason === 'Removed' && regarding?.kind === 'VM';

export const eventResource = {
  group: 'events.k8s.io',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  scope: 'Namespaced',
  columns: [
    { title: 'LAST SEEN', cell: (event, nowMs) => age(occurrencesOf(event).lastTime, nowMs) },
    { title: 'TYPE', cell: ({ type }) => type ?? '' },
    { title: 'REASON', cell: ({ reason }) => reason ?? '' },
    {
      title: 'OBJECT',
      cell: ({ regarding }) => `${regarding?.kind?.toLowerCase() ?? ''}/${regarding?.name ?? ''}`,
    },
    { title: 'MESSAGE', cell: ({ note }) => note ?? '', flexible: true },
  ],
} satisfies Resource<EventObject>;

export const storedEvent = objectKind<EventObject>({ apiVersion: 'events.k8s.io/v1', kind: 'Event' });
