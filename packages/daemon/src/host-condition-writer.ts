import type { Host } from '@ignite/api/v1/host';
import { hostKind } from '@ignite/api/v1/object-kinds';
import { type Finding, withFindings } from '@ignite/cluster/contract/conditions';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { type ReconcileResult, runController } from '@ignite/toolkit/controller/controller';
import { WorkQueue } from '@ignite/toolkit/controller/work-queue';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Log } from '@ignite/toolkit/log/log';

interface WrittenCondition {
  readonly objects: ObjectClient;
  readonly clock: Clock;
  readonly log: Log;
  /** The name of the Host. */
  readonly host: string;
  /** The type of the condition. */
  readonly type: string;
}

/** Writes a condition of a Host: always what was found last, and again if that fails, since the Host may not be stored yet. */
export class HostConditionWriter implements AsyncDisposable {
  readonly #condition: WrittenCondition;
  readonly #end = new AbortController();
  readonly #queue: WorkQueue;
  readonly #running: Promise<void>;
  #found: Finding | undefined;

  constructor(condition: WrittenCondition) {
    const { clock, log } = condition;
    this.#condition = condition;
    this.#queue = new WorkQueue(clock);
    const controller = { name: 'host condition', queue: this.#queue, concurrency: 1, clock, log };
    this.#running = runController({ ...controller, reconcile: () => this.#writeFound() }, this.#end.signal);
  }

  write(finding: Finding): void {
    this.#found = finding;
    this.#queue.forget('condition'); // what is new does not wait for what has failed
    this.#queue.add('condition');
  }

  async #writeFound(): Promise<ReconcileResult> {
    const { signal } = this.#end;
    try {
      if (this.#found) await this.#write(this.#found, signal);
      return {};
    } catch (failure) {
      signal.throwIfAborted();
      this.#condition.log('warning', 'the state of the host was not written', { error: errorText(failure) });
      return { failed: true };
    }
  }

  async #write(finding: Finding, signal: AbortSignal): Promise<void> {
    const { objects, clock, host, type } = this.#condition;
    const withFinding = (now: Host): Host => {
      const conditions = withFindings(now.status.conditions, { [type]: finding }, now, clock.now());
      return { ...now, status: { ...now.status, conditions } };
    };
    await new KindClient<Host>(objects, hostKind).modifyStatus({ name: host }, withFinding, { signal });
  }

  /** Ends what is being written. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#running;
  }
}
