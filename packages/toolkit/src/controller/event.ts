import type { KubeObject } from '../object/kube-object.ts';
import { objectKind } from '../store/object-kind.ts';

export interface EventSpec {
  readonly type: 'Normal' | 'Warning';
  /** The reason, one word in CamelCase. */
  readonly reason: string;
  readonly message: string;
  readonly regarding: {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    /** The uid tells objects apart that have had the same name one after the other. */
    readonly uid?: string;
  };
  /** The number of times that the same event happened. */
  readonly count: number;
  /** The first time that the event happened (RFC 3339). */
  readonly firstTime: string;
  readonly lastTime: string;
}

export interface EventObject extends KubeObject {
  readonly kind: 'Event';
  readonly spec: EventSpec;
}

export const eventKind = objectKind<EventObject>({ apiVersion: 'gitops.weave.works/v1', kind: 'Event' });
