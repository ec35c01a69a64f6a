import type { Host } from '@ignite/api/v1/host';
import { hostKind } from '@ignite/api/v1/object-kinds';
import { type Finding, withFindings } from '@ignite/cluster/contract/conditions';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { backoffMs } from '@ignite/toolkit/controller/backoff';
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
  #found: Finding | undefined;
  #writing: Promise<void> | undefined;

  constructor(condition: WrittenCondition) {
    this.#condition = condition;
  }

  write(finding: Finding): void {
    this.#found = finding;
    this.#writing ??= this.#writeLast().finally(() => (this.#writing = undefined));
  }

  async #writeLast(): Promise<void> {
    const { clock, log } = this.#condition;
    const { signal } = this.#end;
    let written: Finding | undefined;
    for (let failures = 0; this.#found && written !== this.#found && !signal.aborted;) {
      const finding = this.#found;
      try {
        await this.#write(finding, signal);
        written = finding;
        failures = 0;
      } catch (failure) {
        if (signal.aborted) return;
        failures += 1;
        log('warning', 'the state of the host was not written', { error: errorText(failure) });
        await clock.sleep(backoffMs(failures), signal).catch(() => {});
      }
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
    await this.#writing;
  }
}
