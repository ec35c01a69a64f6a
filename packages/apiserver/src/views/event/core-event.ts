import { kinds } from '@ignite/api/kinds';
import { type EventObject, type Occurrences, occurrencesOf } from '@ignite/toolkit/core/resources/event';
import type { NewObject } from '@ignite/toolkit/client/object-client';
import { hubOf } from '@ignite/toolkit/scheme/kind';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/** An event in the form that Kubernetes' core group has. */
export interface CoreEvent extends KubeObject {
  readonly kind: 'Event';
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject?: EventObject['regarding'];
  readonly source?: { readonly component?: string; readonly host?: string };
  readonly reportingComponent?: string;
  readonly reportingInstance?: string;
}

/** The fields of events that have another name in the core group. */
export const coreNames: Readonly<Record<string, string>> = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
};

const storedNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(coreNames).map(([stored, core]) => [core, stored]),
);

const renamed = (object: object, names: Readonly<Record<string, string>>): object =>
  Object.fromEntries(
    Object.entries(object).map(([name, value]) => [Object.hasOwn(names, name) ? names[name] : name, value]),
  );

/** Events of Ignite name the kind of an object alone, and kubectl asks for the version too. */
const versions: ReadonlyMap<string, string> = new Map(
  kinds.map((kind) => [kind.kind, hubOf(kind).apiVersion]),
);

/** Pure. Returns a stored event in the form of the core group. */
export function coreEvent(stored: KubeObject): CoreEvent {
  const event = { ...renamed(stored, coreNames), apiVersion: 'v1', kind: 'Event' } as CoreEvent;
  const { involvedObject } = event;
  const apiVersion = versions.get(involvedObject?.kind ?? '');
  return apiVersion === undefined ? event : { ...event, involvedObject: { apiVersion, ...involvedObject } };
}

/** Pure. Returns an event of the core group in the form in which it is stored. */
export const storedEvent = <T extends NewObject>(event: T): T =>
  ({ ...renamed(event, storedNames), apiVersion: 'events.k8s.io/v1', kind: 'Event' }) as T;

/** Pure. Reads how often an event of the core group has happened, and when. */
export const coreOccurrences = (event: CoreEvent): Occurrences =>
  occurrencesOf(storedEvent(event) as KubeObject as EventObject);
