import type { ClientOperation } from '@ignite/api/client/progress';
import type { CreateVolumeRequest } from '@ignite/api/client/volume-client';
import type { Volume, VolumeSpec } from '@ignite/api/v1/volume';
import type { Operation } from '@ignite/toolkit/async/operation';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { FieldChange } from '@ignite/toolkit/diff/field-change';
import type { Actuator, Effect, LiveObject, SyncEvent } from '@ignite/toolkit/apply/actuator';

/** The functions of the engine that the actuator uses. */
export interface VolumeEngine {
  list(signal: AbortSignal): Promise<readonly Volume[]>;
  create(request: CreateVolumeRequest, op: ClientOperation): Promise<Volume>;
  redefine(
    query: string,
    wanted: {
      readonly spec: VolumeSpec;
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    },
    op: ClientOperation,
  ): Promise<Volume>;
  remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Volume>;
}

/** Makes the engine's volumes match the declared volumes. A volume that a VM names is not removed. */
export class VolumeActuator implements Actuator {
  readonly #engine: VolumeEngine;

  constructor(engine: VolumeEngine) {
    this.#engine = engine;
  }

  async observe(signal: AbortSignal): Promise<readonly LiveObject[]> {
    return (await this.#engine.list(signal)).map((volume) => ({
      ...volume,
      keepsNamespace: true,
      isLeaving: volume.metadata.deletionTimestamp !== undefined,
      health: { state: 'Healthy' },
    }));
  }

  /** Pure. A volume grows in place. A smaller size requires a new volume, without the data of the old one. */
  effectOf(_kind: string, { path, from, to }: FieldChange): Effect {
    return path === '/spec/size' && Number(to) < Number(from) ? 'replace' : 'live';
  }

  async create({ metadata, spec }: Manifest, op: Operation<SyncEvent>): Promise<void> {
    const { namespace, name, labels, annotations } = metadata;
    try {
      await this.#engine.create({ namespace, name, labels, annotations, spec }, quieter(op));
    } catch (failure) {
      // An earlier run that was cut short has created the volume, so this run continues with it.
      if (!hasCode(failure, 'VOLUME_NAME_TAKEN')) throw failure;
    }
  }

  async change(
    live: LiveObject,
    wanted: Manifest,
    _changes: readonly FieldChange[],
    op: Operation<SyncEvent>,
  ): Promise<void> {
    const { labels, annotations } = wanted.metadata;
    await this.#engine.redefine(
      live.metadata.uid,
      { labels, annotations, spec: specOf(wanted) },
      quieter(op),
    );
  }

  async replace(live: LiveObject, wanted: Manifest, op: Operation<SyncEvent>): Promise<void> {
    await this.remove(live, op);
    await this.create(wanted, op);
  }

  async remove(live: LiveObject, op: Operation<SyncEvent>): Promise<void> {
    await this.#engine.remove(live.metadata.uid, { force: false }, quieter(op));
  }
}

/** the schema of the kind has validated the spec */
const specOf = (manifest: Manifest): VolumeSpec => manifest.spec as VolumeSpec;

const quieter = ({ signal, report }: Operation<SyncEvent>): ClientOperation => ({
  signal,
  report: (event) => {
    if (event.kind !== 'transfer') report(event);
  },
});
