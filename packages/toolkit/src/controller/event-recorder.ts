import { createHash } from 'node:crypto';
import { KindClient, clientKind } from '../client/kind-client.ts';
import type { ObjectClient } from '../client/object-client.ts';
import type { Clock } from '../clock/clock.ts';
import {
  type EventObject,
  type ObjectReference,
  eventResource,
  isOfRemovedVm,
  occurrencesOf,
  storedEvent,
} from '../core/resources/event.ts';
import { hasCode } from '../errors/coded-error.ts';
import { microTime } from '../object/micro-time.ts';

export interface NewEvent {
  readonly type: 'Normal' | 'Warning';
  /** The reason, one word in CamelCase. */
  readonly reason: string;
  readonly message: string;
  readonly regarding: ObjectReference & {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
  };
}

/** Who reports events. */
export interface Reporter {
  /** The controller, such as `example.org/vms`. */
  readonly controller: string;
  /** The host or process that it runs on. */
  readonly instance: string;
}

interface EventKey {
  readonly namespace: string;
  readonly name: string;
}

const keptMs = 7 * 24 * 3_600_000;
const mostKept = 1_000;
/** The number of removed VMs in a namespace that are remembered: more than a busy host removes in seven days. */
const mostRemoved = 10_000;
/** The greatest length of a note in bytes (Kubernetes: NoteLengthLimit). */
const mostBytes = 1_024;
/**
 * A recorder starts a sweep of old events after so many new ones. Commands have short-lived recorders, few of
 * which should sweep, so one new event in so many, by its uid, starts one too.
 */
const sweepEvery = 64;

/**
 * Records events of objects. Old events, and those beyond the newest thousand, are deleted. That a VM was removed is
 * kept for as long as it is not old, of the last ten thousand VMs of each namespace: a host that was away learns from
 * nothing else what to stop.
 */
export class EventRecorder {
  readonly #events: KindClient<EventObject>;
  readonly #clock: Clock;
  readonly #reporter: Reporter;
  #sinceSweep = 0;
  /** The number of new events since the last sweep. */
  #unswept = 0;

  constructor(client: ObjectClient, clock: Clock, reporter: Reporter) {
    this.#events = new KindClient(client, clientKind(eventResource, storedEvent));
    this.#clock = clock;
    this.#reporter = reporter;
  }

  /** Records an event. If the same event is there already, its count goes up instead. */
  async record(event: NewEvent): Promise<void> {
    const { type, reason, message, regarding } = event;
    const identity = JSON.stringify([type, reason, message, regarding]);
    for (let known = await this.#create(event, identity); known; known = await this.#create(event, identity))
      if (await this.#countAgain(known)) break;
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
  async #create(event: NewEvent, identity: string): Promise<EventKey | undefined> {
    const { type, reason, message, regarding } = event;
    const namespace = regarding.namespace || 'default';
    const name = `event-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`;
    try {
      const { metadata } = await this.#events.create({
        metadata: { name, namespace },
        eventTime: microTime(this.#clock.now()),
        reportingController: this.#reporter.controller,
        reportingInstance: this.#reporter.instance,
        action: reason,
        reason,
        regarding,
        note: shortened(message),
        type,
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

  /** Counts an existing event again. Returns false if the event is gone. */
  async #countAgain(key: EventKey): Promise<boolean> {
    const lastObservedTime = microTime(this.#clock.now());
    try {
      await this.#events.modify(key, (known) => ({
        ...known,
        series: { count: occurrencesOf(known).count + 1, lastObservedTime },
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
    const oldest = microTime(this.#clock.now() - keptMs);
    const events = (await this.#events.list()).items
      .map((event) => ({ event, lastTime: occurrencesOf(event).lastTime }))
      .toSorted((a, b) => (a.lastTime < b.lastTime ? 1 : -1));
    const [old, young] = [
      events.filter(({ lastTime }) => lastTime < oldest),
      events.filter(({ lastTime }) => lastTime >= oldest),
    ];
    const ofRemoved = young.filter(({ event }) => isOfRemovedVm(event));
    const byNamespace = Map.groupBy(ofRemoved, ({ event }) => event.metadata.namespace);
    const excess = [
      ...young.filter(({ event }) => !isOfRemovedVm(event)).slice(mostKept),
      ...[...byNamespace.values()].flatMap((removed) => removed.slice(mostRemoved)),
    ];
    for (const { event } of [...old, ...excess])
      await this.#events.delete(event.metadata).catch((failure: unknown) => {
        if (!hasCode(failure, 'NOT_FOUND')) throw failure;
      });
  }
}

/** Pure. Returns a message that is no longer than a note may be. */
function shortened(message: string): string {
  if (Buffer.byteLength(message) <= mostBytes) return message;
  const kept = Buffer.from(message).subarray(0, mostBytes - Buffer.byteLength('…'));
  return `${new TextDecoder().decode(kept, { stream: true })}…`;
}
