import type { ClientOperation, ProgressEvent } from '@ignite/api/client/progress';
import { table } from '../text/table.ts';

interface Timing {
  readonly what: string;
  readonly beganMs: number;
  readonly milliseconds: number;
}

/** Collects how long the parts of an operation take, from the start of this process on. */
export class Timings {
  readonly #parts: Timing[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#note('start ignite', nowMs());
  }

  /** Returns the operation as one whose timings are collected here. */
  of<Op extends ClientOperation>(op: Op): Op {
    const report = (event: ProgressEvent): void => {
      if (event.kind === 'timing') this.#note(event.what, event.milliseconds);
      else op.report(event);
    };
    return { ...op, report };
  }

  /** Returns a table of the parts in the order in which they began, with all of it in the last line. */
  text(): string {
    const parts = this.#parts.toSorted((a, b) => a.beganMs - b.beganMs || b.milliseconds - a.milliseconds);
    const all = { what: 'all', beganMs: 0, milliseconds: this.#nowMs() };
    const rows = [...parts, all].map(({ what, beganMs, milliseconds }) => [
      what,
      beganMs.toFixed(0),
      milliseconds.toFixed(0),
    ]);
    return table(['STEP', 'BEGAN (ms)', 'TOOK (ms)'], rows);
  }

  #note(what: string, milliseconds: number): void {
    this.#parts.push({ what, beganMs: Math.max(0, this.#nowMs() - milliseconds), milliseconds });
  }
}
