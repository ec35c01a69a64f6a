import type { Clock } from '../clock/clock.ts';
import { formatDuration, type Milliseconds } from '../units/duration.ts';
import { type ObjectKey, keyText } from '../object/object-key.ts';

const firstMs = 5_000;
const mostMs = 5 * 60_000;
/** An object that has stayed repaired for this long starts again without a delay. */
const forgottenAfterMs = 10 * 60_000;

/** Delays the repair of objects that drift again and again, such as a VM that ends as soon as it runs. */
export class RepairBackoff {
  readonly #clock: Clock;
  readonly #repairs = new Map<string, { readonly count: number; readonly at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns why the object is not repaired yet, or `undefined` if it may be. */
  heldBack(key: ObjectKey): string | undefined {
    const last = this.#repairs.get(keyText(key));
    if (!last) return undefined;
    const waitMs = last.at + Math.min(firstMs * 2 ** (last.count - 1), mostMs) - this.#clock.now();
    if (waitMs <= 0) return undefined;
    const wait = formatDuration((Math.ceil(waitMs / 1_000) * 1_000) as Milliseconds);
    return `it keeps drifting (repaired ${last.count} times); next repair in ${wait}`;
  }

  repaired(key: ObjectKey): void {
    const id = keyText(key);
    const last = this.#repairs.get(id);
    const isLongAgo = !last || this.#clock.now() - last.at > forgottenAfterMs;
    this.#repairs.set(id, { count: isLongAgo ? 1 : last.count + 1, at: this.#clock.now() });
  }
}
