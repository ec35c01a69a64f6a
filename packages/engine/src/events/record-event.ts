import { systemClock } from '@ignite/toolkit/clock/clock';
import { EventRecorder } from '@ignite/toolkit/controller/event-recorder';
import type { ApiObject } from '@ignite/toolkit/object/meta';
import type { ObjectStore } from '@ignite/toolkit/store/store';

/** What can happen to VMs, images and kernels, as `ignite events` calls it. */
export type EventReason =
  | 'Created'
  | 'Started'
  | 'StartFailed'
  | 'Ready'
  | 'Paused'
  | 'Resumed'
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
  /** `Normal` unless someone should look. */
  readonly type?: 'Warning';
  readonly reason: EventReason;
  readonly message: string;
}

/**
 * Writes down what happened to an object. It is written where it happens, and may be written again after a crash: the same
 * `occasion` is one event.
 */
export async function recordEvent(
  store: ObjectStore,
  { kind, metadata: { namespace, name, uid } }: ApiObject,
  { type, reason, message }: Happening,
  occasion: string,
): Promise<void> {
  const regarding = { kind, namespace, name, uid };
  await new EventRecorder(store, systemClock).recordOnce(
    { type: type ?? 'Normal', reason, message, regarding },
    occasion,
  );
}
