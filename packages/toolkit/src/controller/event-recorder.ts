import { createHash } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import { hasCode } from '../errors/coded-error.ts';
import { type EventObject, type EventSpec, eventKind } from './event.ts';
import { newUid } from '../object/uid.ts';
import { type KindKey, KindStore } from '../store/kind-store.ts';
import type { ObjectStore } from '../store/store.ts';

type NewEvent = Pick<EventSpec, 'type' | 'reason' | 'message' | 'regarding'>;

const keptMs = 7 * 24 * 3_600_000;
const mostKept = 1_000;
/**
 * A recorder starts a sweep of old events after so many new ones. Commands have short-lived recorders, few of
 * which should sweep, so one new event in so many, by its uid, starts one too.
 */
const sweepEvery = 64;

/** Records events of objects in the store. Old events, and those beyond the newest thousand, are deleted. */
export class EventRecorder {
  readonly #events: KindStore<EventObject>;
  readonly #clock: Clock;
  #sinceSweep = 0;
  /** The number of new events since the last sweep. */
  #unswept = 0;

  constructor(store: ObjectStore, clock: Clock) {
    this.#events = new KindStore(store, eventKind);
    this.#clock = clock;
  }

  /** Records an event. If the same event is there already, its count goes up instead. */
  async record(event: NewEvent): Promise<void> {
    const { type, reason, message, regarding } = event;
    const identity = JSON.stringify([type, reason, message, regarding]);
    for (let known = await this.#create(event, identity); known; known = await this.#create(event, identity))
      if (await this.#countAgain(known, this.#now())) break;
    this.#sinceSweep += 1;
    if (this.#sinceSweep === 1 || this.#sinceSweep > mostKept / 10) await this.#sweep();
  }

  /**
   * Records an event that happens once on each `occasion`. A second call, such as after a crash, changes
   * nothing.
   */
  async recordOnce(event: NewEvent, occasion: string): Promise<void> {
    await this.#create(event, JSON.stringify([event.reason, event.regarding, occasion]));
  }

  /** Creates the event. Returns its key if an event of that `identity` exists already. */
  async #create(event: NewEvent, identity: string): Promise<KindKey | undefined> {
    const now = this.#now();
    const { type, reason, message, regarding } = event;
    const { namespace } = regarding;
    const name = `event-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`;
    try {
      const { metadata } = await this.#events.create({
        metadata: { name, namespace, uid: newUid() },
        spec: { type, reason, message, regarding, count: 1, firstTime: now, lastTime: now },
        status: {},
      });
      this.#unswept += 1;
      const isChosen = Number.parseInt(metadata.uid.slice(-4), 16) % sweepEvery === 0;
      if (isChosen || this.#unswept >= sweepEvery) await this.#sweep();
      return undefined;
    } catch (failure) {
      if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure;
      return { namespace, name };
    }
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }

  /** Counts an existing event again. Returns false if the event is gone. */
  async #countAgain(key: KindKey, lastTime: string): Promise<boolean> {
    try {
      await this.#events.modify(key, (known) => ({
        ...known,
        spec: { ...known.spec, count: known.spec.count + 1, lastTime },
      }));
      return true;
    } catch (failure) {
      if (!hasCode(failure, 'NOT_FOUND')) throw failure;
      return false;
    }
  }

  async #sweep(): Promise<void> {
    this.#sinceSweep = 1;
    this.#unswept = 0;
    const events = (await this.#events.list()).items.toSorted((a, b) =>
      a.spec.lastTime < b.spec.lastTime ? 1 : -1,
    );
    const oldest = new Date(this.#clock.now() - keptMs).toISOString();
    for (const [at, { metadata, spec }] of events.entries()) {
      if (at < mostKept && spec.lastTime >= oldest) continue;
      const { namespace, name } = metadata;
      await this.#events.delete({ namespace, name }).catch((failure: unknown) => {
        if (!hasCode(failure, 'NOT_FOUND')) throw failure;
      });
    }
  }
}
