import { type EventObject, occurrencesOf } from '@ignite/toolkit/core/resources/event';
import type { KubeObject, ObjectMeta } from '@ignite/toolkit/object/kube-object';

/** An event as `ignite events` prints it. */
export interface EventView extends KubeObject {
  readonly apiVersion: 'gitops.weave.works/v1';
  readonly kind: 'Event';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly type: string;
    readonly reason: string;
    readonly message: string;
    readonly regarding: {
      readonly kind: string;
      readonly namespace: string;
      readonly name: string;
      readonly uid?: string;
    };
    /** The number of times that the same event happened. */
    readonly count: number;
    /** The first time that the event happened (RFC 3339). */
    readonly firstTime: string;
    readonly lastTime: string;
  };
  readonly status: Readonly<Record<string, never>>;
}

/** Pure. Returns an event in the form that programs have read since 0.1.0, field for field. */
export function eventView(event: EventObject): EventView {
  const { count, firstTime, lastTime } = occurrencesOf(event);
  const { metadata, type = '', reason = '', note = '', regarding = {} } = event;
  return {
    apiVersion: 'gitops.weave.works/v1',
    kind: 'Event',
    metadata: inOrder(metadata),
    spec: {
      type,
      reason,
      message: note,
      regarding: { kind: '', namespace: '', name: '', ...regarding },
      count,
      firstTime: inMilliseconds(firstTime),
      lastTime: inMilliseconds(lastTime),
    },
    status: {},
  };
}

function inOrder(metadata: ObjectMeta): ObjectMeta {
  const { namespace, labels, annotations, finalizers, name, uid } = metadata;
  const { resourceVersion, generation, creationTimestamp } = metadata;
  const first = { namespace, labels, annotations, finalizers, name, uid };
  return { ...first, resourceVersion, generation, creationTimestamp };
}

/** Kubernetes writes the times of events in microseconds. */
const inMilliseconds = (time: string): string => time.replace(/(\.\d{3})\d*Z$/, '$1Z');
