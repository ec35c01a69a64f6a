import { hostname } from 'node:os';
import { shownName } from '@ignite/api/v1/shown-name';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { EventRecorder } from '@ignite/toolkit/controller/event-recorder';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/** The controller that Ignite reports its events as. */
export const eventController = 'ignite.weave.works/ignite';

/** The reasons of events of VMs, images and kernels, in the words of `ignite events`. */
export type EventReason =
  | 'Created'
  | 'Started'
  | 'StartFailed'
  | 'Ready'
  | 'Paused'
  | 'Resumed'
  | 'SnapshotTaken'
  | 'Suspended'
  | 'Updated'
  | 'Renamed'
  | 'Rebooted'
  | 'Died'
  | 'Restarting'
  | 'Stopped'
  | 'Removed'
  | 'Imported'
  | 'Tagged';

export interface Happening {
  /** The type is `Normal` unless someone should look at it. */
  readonly type?: 'Warning';
  readonly reason: EventReason;
  readonly message: string;
}

/**
 * Records an event of an object at the place where it happens. It may be recorded again after a crash: the
 * same `occasion` is one event.
 */
export async function recordEvent(
  objects: ObjectClient,
  object: KubeObject,
  { type, reason, message }: Happening,
  occasion: string,
): Promise<void> {
  const { namespace, uid } = object.metadata;
  const regarding = { kind: object.kind, namespace, name: shownName(object), uid };
  const reporter = { controller: eventController, instance: hostname() };
  await new EventRecorder(objects, systemClock, reporter).recordOnce(
    { type: type ?? 'Normal', reason, message, regarding },
    occasion,
  );
}
