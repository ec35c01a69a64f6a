import type { Operation } from '../async/operation.ts';
import type { Manifest } from '../codec/manifest.ts';
import type { FieldChange } from '../diff/field-change.ts';
import { CodedError } from '../errors/coded-error.ts';
import type { ObjectKey } from '../object/object-key.ts';
import type { Actuator, Effect, LiveObject, SyncEvent } from './actuator.ts';

/** Combines several actuators into one, which chooses by kind. */
export class RouteActuator implements Actuator {
  readonly #routes: Readonly<Record<string, Actuator>>;

  constructor(routes: Readonly<Record<string, Actuator>>) {
    this.#routes = routes;
  }

  async observe(signal: AbortSignal, keys?: readonly ObjectKey[]): Promise<readonly LiveObject[]> {
    const actuators = [...new Set(Object.values(this.#routes))];
    return (await Promise.all(actuators.map((actuator) => actuator.observe(signal, keys)))).flat();
  }

  async compare(
    wanted: readonly Manifest[],
    live: readonly LiveObject[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly FieldChange[]>> {
    const actuators = [...new Set(Object.values(this.#routes))];
    const compared = await Promise.all(
      actuators.map(async (actuator) => {
        const own = wanted.filter(({ kind }) => this.#routes[kind] === actuator);
        return (await actuator.compare?.(own, live, signal)) ?? [];
      }),
    );
    return new Map(compared.flatMap((each) => [...each]));
  }

  effectOf(kind: string, change: FieldChange, live: LiveObject): Effect {
    return this.#of(kind).effectOf(kind, change, live);
  }

  async create(wanted: Manifest, op: Operation<SyncEvent>): Promise<void> {
    await this.#of(wanted.kind).create(wanted, op);
  }

  async change(
    live: LiveObject,
    wanted: Manifest,
    changes: readonly FieldChange[],
    op: Operation<SyncEvent>,
  ): Promise<void> {
    await this.#of(live.kind).change(live, wanted, changes, op);
  }

  async replace(live: LiveObject, wanted: Manifest, op: Operation<SyncEvent>): Promise<void> {
    await this.#of(live.kind).replace(live, wanted, op);
  }

  async remove(live: LiveObject, op: Operation<SyncEvent>): Promise<void> {
    await this.#of(live.kind).remove(live, op);
  }

  #of(kind: string): Actuator {
    const actuator = this.#routes[kind];
    if (actuator) return actuator;
    throw new CodedError('KIND_NOT_APPLIED', `objects of kind ${kind} cannot be applied`, {
      hint: `kinds that can be applied: ${Object.keys(this.#routes).join(', ')}`,
    });
  }
}
