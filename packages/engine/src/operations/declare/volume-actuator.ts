import type { VolumeClient } from '@ignite/api/client/volume-client';
import type { VolumeSpec } from '@ignite/api/v1/volume';
import type { Operation } from '@ignite/toolkit/async/operation';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { FieldChange } from '@ignite/toolkit/diff/field-change';
import type { Actuator, Effect, LiveObject, SyncEvent } from '@ignite/toolkit/apply/actuator';
import { quieter } from './quieter.ts';

/** What is done with volumes to make them match. */
type ActedVolumes = Pick<VolumeClient, 'list' | 'create' | 'redefine' | 'remove'>;

/** Makes the volumes of a host match the declared volumes. A volume that a VM names is not removed. */
export class VolumeActuator implements Actuator {
  readonly #volumes: ActedVolumes;

  constructor(volumes: ActedVolumes) {
    this.#volumes = volumes;
  }

  async observe(signal: AbortSignal): Promise<readonly LiveObject[]> {
    return (await this.#volumes.list(signal)).map((volume) => ({
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
      await this.#volumes.create({ namespace, name, labels, annotations, spec }, quieter(op));
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
    await this.#volumes.redefine(
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
    await this.#volumes.remove(live.metadata.uid, { force: false }, quieter(op));
  }
}

/** the schema of the kind has validated the spec */
const specOf = (manifest: Manifest): VolumeSpec => manifest.spec as VolumeSpec;
