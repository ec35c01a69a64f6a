import type { GroupKind } from '../object/group-kind.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { soundObject } from './stored-row.ts';

/** The kind of events before they were those of Kubernetes' group. */
export const oldEventKind: GroupKind = { group: 'gitops.weave.works', kind: 'Event' };

interface OldEventSpec {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly regarding: object;
  readonly count: number;
  readonly firstTime: string;
  readonly lastTime: string;
}

/** Pure. Returns an event as one of Kubernetes' group, or `undefined` if it is not legible. */
export function movedEvent(json: string): KubeObject | undefined {
  const { kind, metadata, spec } = soundObject(json) ?? {};
  if (kind === undefined || metadata === undefined || !isLegible(spec)) return undefined;
  const { type, reason, message: note, regarding, count, firstTime, lastTime } = spec;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind,
    metadata,
    eventTime: inMicroseconds(firstTime),
    ...{ reason, regarding, note, type },
    series: count > 1 ? { count, lastObservedTime: inMicroseconds(lastTime) } : null,
  };
}

const isLegible = (spec: unknown): spec is OldEventSpec =>
  typeof spec === 'object' &&
  spec !== null &&
  'regarding' in spec &&
  typeof spec.regarding === 'object' &&
  spec.regarding !== null;

/** Returns a time, which was stored in milliseconds, as Kubernetes writes it. */
const inMicroseconds = (time: unknown): string | null =>
  typeof time === 'string' ? time.replace('Z', '000Z') : null;
