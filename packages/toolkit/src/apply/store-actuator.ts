import type { Manifest } from '../codec/manifest.ts';
import type { FieldChange } from '../diff/field-change.ts';
import { hasCode } from '../errors/coded-error.ts';
import type { GroupKind } from '../object/group-kind.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { newUid } from '../object/uid.ts';
import { keyOf } from '../store/next-object.ts';
import { modifyObject } from '../store/modify-object.ts';
import type { ObjectStore } from '../store/store.ts';
import type { Actuator, Effect, Health, LiveObject } from './actuator.ts';

export interface StoreActuatorOptions {
  readonly kinds: readonly GroupKind[];
  /** The status of a new object. */
  readonly initialStatus?: unknown;
  readonly effectOf?: (kind: string, change: FieldChange) => Effect;
  readonly healthOf?: (object: KubeObject) => Health;
}

/** Applies objects to a store, where controllers find them. */
export class StoreActuator implements Actuator {
  readonly #store: ObjectStore;
  readonly #options: StoreActuatorOptions;

  constructor(store: ObjectStore, options: StoreActuatorOptions) {
    this.#store = store;
    this.#options = options;
  }

  async observe(): Promise<readonly LiveObject[]> {
    const healthOf = this.#options.healthOf ?? (() => ({ state: 'Healthy' as const }));
    const lists = await Promise.all(this.#options.kinds.map((kind) => this.#store.list(kind)));
    return lists
      .flatMap(({ items }) => items)
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map((object) => ({ ...object, spec: object.spec, health: healthOf(object) }));
  }

  effectOf(kind: string, change: FieldChange): Effect {
    return this.#options.effectOf?.(kind, change) ?? 'live';
  }

  async create({ apiVersion, kind, metadata, spec }: Manifest): Promise<void> {
    const { name, namespace, labels, annotations } = metadata;
    try {
      await this.#store.create({
        apiVersion,
        kind,
        metadata: { name, namespace, labels, annotations, uid: newUid() },
        spec,
        status: this.#options.initialStatus ?? {},
      });
    } catch (failure) {
      if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure; // an earlier run that was cut short has created it
    }
  }

  async change(live: LiveObject, wanted: Manifest): Promise<void> {
    const { apiVersion, spec, metadata } = wanted;
    const { labels, annotations } = metadata;
    await modifyObject(this.#store, keyOf(live), (now) => ({
      ...now,
      apiVersion,
      metadata: { ...now.metadata, labels, annotations },
      spec,
    }));
  }

  async replace(live: LiveObject, wanted: Manifest): Promise<void> {
    await this.remove(live);
    await this.create(wanted);
  }

  async remove(live: LiveObject): Promise<void> {
    try {
      await this.#store.delete(keyOf(live));
    } catch (failure) {
      if (!hasCode(failure, 'NOT_FOUND')) throw failure;
    }
  }
}
