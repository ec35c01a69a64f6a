import type { Finder } from '@ignite/api/client/finder';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { CreateVolumeRequest, VolumeClient, VolumeDefinition } from '@ignite/api/client/volume-client';
import type { Volume } from '@ignite/api/v1/volume';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { ThisHost } from '../../tools/host/this-host.ts';
import type { Sandbox } from '../../tools/sandbox/sandbox.ts';
import { volumeInUse } from '../../tools/storage/errors.ts';
import {
  type VolumeDeps,
  changeVolume,
  createVolume,
  lockVolume,
  parseVolumeSpec,
  removeVolume,
} from '../../tools/storage/volume-objects.ts';
import { listOwnVms } from '../../tools/store/own-vms.ts';

type VolumePorts = VolumeDeps & {
  readonly objects: ObjectClient;
  readonly self: ThisHost;
  readonly sandbox: Sandbox;
};

/** Manages the volumes of this host. */
export class LocalVolumes implements VolumeClient {
  readonly #host: VolumePorts;
  readonly #read: Finder<Volume>;

  constructor(host: VolumePorts, read: Finder<Volume>) {
    this.#host = host;
    this.#read = read;
  }

  list(signal: AbortSignal): Promise<readonly Volume[]> {
    return this.#read.list(signal);
  }

  find(query: string, signal: AbortSignal): Promise<Volume> {
    return this.#read.find(query, signal);
  }

  create(request: CreateVolumeRequest, op: ClientOperation): Promise<Volume> {
    return createVolume(request, this.#host, op);
  }

  async resize(query: string, size: string, op: ClientOperation): Promise<Volume> {
    return await this.redefine(query, { spec: parseVolumeSpec({ size }) }, op);
  }

  async redefine(query: string, wanted: VolumeDefinition, op: ClientOperation): Promise<Volume> {
    return await this.#withLocked(query, op.signal, (found) => changeVolume(found, wanted, this.#host, op));
  }

  async remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Volume> {
    return await this.#withLocked(query, op.signal, async (found) => {
      const { name } = found.metadata;
      const { usedBy } = found.status;
      const stand = request.force ? await this.#running(found) : usedBy;
      if (stand.length > 0) throw volumeInUse(name, stand);
      await removeVolume(found, this.#host);
      return found;
    });
  }

  async #running({ metadata: { namespace }, status: { usedBy } }: Volume): Promise<readonly string[]> {
    const users = (await listOwnVms(this.#host)).filter(
      ({ metadata }) => metadata.namespace === namespace && usedBy.includes(metadata.name),
    );
    const states = await Promise.all(users.map(({ metadata }) => this.#host.sandbox.observe(metadata.uid)));
    return users.filter((_, at) => states[at]?.state === 'running').map(({ metadata }) => metadata.name);
  }

  async #withLocked<T>(query: string, signal: AbortSignal, work: (found: Volume) => Promise<T>): Promise<T> {
    const { metadata } = await this.find(query, signal);
    using _lock = await lockVolume(metadata, this.#host.paths, signal);
    return await work(await this.find(metadata.uid, signal)); // reads the current state under the lock
  }
}
