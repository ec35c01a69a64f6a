import type { Clock } from '@ignite/toolkit/clock/clock';

/** What something has used so far. */
export interface Usage {
  /** The CPU time of all CPUs together, in seconds. */
  readonly cpuSeconds: number;
  /** The memory that it uses now, in bytes. */
  readonly memory: number;
  /** The time of the sample in milliseconds, on a monotonic clock. */
  readonly atMs: number;
}

/** What a host and its VMs, by their uids, have used so far. */
export interface UsageSample {
  readonly host: Usage;
  readonly vms: ReadonlyMap<string, Usage>;
}

/** Samples what is used on this host. */
export type UsageSource = (signal: AbortSignal) => Promise<UsageSample>;

/** What something uses at present. */
export interface UsageRate {
  readonly cpus: number;
  readonly memory: number;
  /** The time over which the CPUs were measured, in milliseconds. */
  readonly windowMs: number;
}

export interface UsageRates {
  /** When they were measured (RFC 3339). */
  readonly time: string;
  readonly host: UsageRate | undefined;
  readonly vms: ReadonlyMap<string, UsageRate>;
}

/** Pure. Returns what was used between two samples. What began in between has no rate yet. */
export function ratesBetween(first: UsageSample, second: UsageSample, time: string): UsageRates {
  const vms = [...second.vms].flatMap(([uid, usage]) => {
    const rate = rateBetween(first.vms.get(uid), usage);
    return rate ? [[uid, rate] as const] : [];
  });
  return { time, host: rateBetween(first.host, second.host), vms: new Map(vms) };
}

/** A counter that has gone back is that of something that was started again. */
function rateBetween(first: Usage | undefined, { cpuSeconds, memory, atMs }: Usage): UsageRate | undefined {
  if (!first || atMs <= first.atMs || cpuSeconds < first.cpuSeconds) return undefined;
  const windowMs = atMs - first.atMs;
  return { cpus: ((cpuSeconds - first.cpuSeconds) * 1_000) / windowMs, memory, windowMs };
}

/** The time between two samples, in milliseconds. */
const windowMs = { least: 1_000, most: 60_000 };

/** Measures what is used when somebody asks, and never otherwise. */
export class UsageMeter {
  readonly #source: UsageSource;
  readonly #clock: Clock;
  #last: { readonly sample: UsageSample; readonly atMs: number; readonly rates?: UsageRates } | undefined;

  constructor(source: UsageSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** Measures since somebody asked last, if that is not long ago, and otherwise for a second. */
  async measure(signal: AbortSignal): Promise<UsageRates> {
    const last = this.#last;
    const ageMs = last ? this.#clock.now() - last.atMs : Infinity;
    if (last?.rates && ageMs < windowMs.least) return last.rates;
    const isFit = last !== undefined && ageMs >= windowMs.least && ageMs <= windowMs.most;
    const first = isFit ? last.sample : await this.#begin(signal);
    const sample = await this.#source(signal);
    const atMs = this.#clock.now();
    const rates = ratesBetween(first, sample, new Date(atMs).toISOString());
    this.#last = { sample, atMs, rates };
    return rates;
  }

  async #begin(signal: AbortSignal): Promise<UsageSample> {
    const sample = await this.#source(signal);
    await this.#clock.sleep(windowMs.least, signal);
    return sample;
  }
}
