import { createHash } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import { hasCode } from '../errors/coded-error.ts';
import { newUid } from '../object/uid.ts';
import type { ApiObject } from '../object/meta.ts';
import type { ObjectStore } from '../store/store.ts';

export interface EventSpec {
  readonly type: 'Normal' | 'Warning';
  /** One word in CamelCase. */
  readonly reason: string;
  readonly message: string;
  readonly regarding: { readonly kind: string; readonly namespace: string; readonly name: string };
  /** How often the same was said. */
  readonly count: number;
  /** RFC 3339. */
  readonly firstTime: string;
  readonly lastTime: string;
}

export interface EventObject extends ApiObject {
  readonly kind: 'Event';
  readonly spec: EventSpec;
}

const keptMs = 24 * 3_600_000;
const mostKept = 1_000;

/** Writes down what happened to objects. The same thing said again is counted, not repeated; old events are dropped. */
export class EventRecorder {
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  #sinceSweep = 0;

  constructor(store: ObjectStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async record(event: Pick<EventSpec, 'type' | 'reason' | 'message' | 'regarding'>): Promise<void> {
    const now = new Date(this.#clock.now()).toISOString();
    const { type, reason, message, regarding } = event;
    const text = JSON.stringify([type, reason, message, regarding]);
    const name = `event-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
    try {
      await this.#store.create({
        apiVersion: 'gitops.weave.works/v1',
        kind: 'Event',
        metadata: { name, namespace: regarding.namespace, uid: newUid() },
        spec: { type, reason, message, regarding, count: 1, firstTime: now, lastTime: now },
        status: {},
      });
    } catch (failure) {
      if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure;
      await this.#countAgain({ kind: 'Event', namespace: regarding.namespace, name }, now);
    }
    this.#sinceSweep += 1;
    if (this.#sinceSweep === 1 || this.#sinceSweep > mostKept / 10) await this.#sweep();
  }

  async #countAgain(
    key: { readonly kind: string; readonly namespace: string; readonly name: string },
    lastTime: string,
  ): Promise<void> {
    const known = (await this.#store.get(key)) as EventObject;
    await this.#store.patch(key, { spec: { count: known.spec.count + 1, lastTime } });
  }

  async #sweep(): Promise<void> {
    this.#sinceSweep = 1;
    const events = ((await this.#store.list('Event')).items as readonly EventObject[]).toSorted((a, b) =>
      a.spec.lastTime < b.spec.lastTime ? 1 : -1,
    );
    const oldest = new Date(this.#clock.now() - keptMs).toISOString();
    for (const [at, { metadata, spec }] of events.entries()) {
      if (at < mostKept && spec.lastTime >= oldest) continue;
      const { namespace, name } = metadata;
      await this.#store.delete({ kind: 'Event', namespace, name }).catch((failure: unknown) => {
        if (!hasCode(failure, 'NOT_FOUND')) throw failure;
      });
    }
  }
}
