import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ReadClient } from '@ignite/api/client/client';
import type { ImageClient } from '@ignite/api/client/image-client';
import type { KernelClient } from '@ignite/api/client/kernel-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { RemovedItem, SpaceClient, SpaceItem } from '@ignite/api/client/space-client';
import type { VmClient } from '@ignite/api/client/vm-client';
import type { SnapshotClient } from '@ignite/api/client/snapshot-client';
import type { VolumeClient } from '@ignite/api/client/volume-client';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import type { Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { keptDisksDir, layoutDir, locksDir } from '../../tools/host/paths.ts';
import { findLostPods } from '../../pod/lost-pods.ts';
import { removePod } from '../../pod/reconcile-pod.ts';
import { type KnownObjects, findLeftovers } from '../space/leftovers.ts';
import { pruneLayers } from '../space/prune-layers.ts';
import { surveySpace } from '../space/survey.ts';
import { listDamagedSnapshots } from '../../tools/store/damaged-snapshots.ts';
import { isOwn } from '../../tools/store/own-vms.ts';
import { withVmLocked } from '../../tools/store/vm-lock.ts';
import { tryLocks } from '../space/try-locks.ts';
import { usedBytes } from '../space/used-bytes.ts';
import type { EnginePorts } from '../../vm/engine-ports.ts';
import { removeUnfinished } from '../../vm/lifecycle/remove-unfinished.ts';

const inUseCodes = ['VM_RUNNING', 'IMAGE_IN_USE', 'KERNEL_IN_USE', 'VOLUME_IN_USE'];
const goneCodes = [
  'VM_NOT_FOUND',
  'IMAGE_NOT_FOUND',
  'KERNEL_NOT_FOUND',
  'VOLUME_NOT_FOUND',
  'SNAPSHOT_NOT_FOUND',
];

interface Owners {
  readonly vms: VmClient;
  readonly images: ImageClient;
  readonly kernels: KernelClient;
  readonly volumes: VolumeClient;
  readonly snapshots: SnapshotClient;
}

/** Lists and removes what takes space on this host. */
export class LocalSpace implements SpaceClient {
  readonly #host: EnginePorts;
  readonly #read: ReadClient;
  readonly #owners: Owners;

  constructor(host: EnginePorts, read: ReadClient, owners: Owners) {
    this.#host = host;
    this.#read = read;
    this.#owners = owners;
  }

  async survey(signal: AbortSignal): Promise<readonly SpaceItem[]> {
    return await surveySpace(this.#host.paths, await this.#known(signal));
  }

  async *remove(items: readonly SpaceItem[], op: ClientOperation): AsyncGenerator<RemovedItem> {
    const kinds = new Set(items.map(({ kind }) => kind));
    const layoutBefore = kinds.has('image') ? await usedBytes(layoutDir(this.#host.paths)) : bytes(0);
    for (const item of items) {
      op.signal.throwIfAborted();
      const freed =
        item.kind === 'layers' ? await this.#layers(layoutBefore, op.signal) : await this.#one(item, op);
      yield { item, outcome: freed === undefined ? 'kept' : 'removed', freed: freed ?? bytes(0) };
    }
  }

  /** Removes an item. Returns the space that this freed, or `undefined` if the item is in use by now. */
  async #one(item: SpaceItem, op: ClientOperation): Promise<Bytes | undefined> {
    const size = item.size === 0 ? bytes(0) : await usedBytes(item.path);
    try {
      const isKept = dirname(item.path) === keptDisksDir(this.#host.paths);
      if (isKept) await rm(item.path, { force: true });
      else if (item.uid === undefined) return (await this.#leftover(item, op.signal)) ? size : undefined;
      else if (item.kind === 'leftover')
        await withVmLocked(item.uid, this.#host, op.signal, (vm) => removeUnfinished(vm, this.#host, op));
      else await this.#owner(item).remove(item.uid, { force: false }, op);
      return size;
    } catch (failure) {
      if (inUseCodes.some((code) => hasCode(failure, code))) return undefined;
      if (goneCodes.some((code) => hasCode(failure, code))) return bytes(0); // someone else has removed it
      throw failure;
    }
  }

  #owner({ kind }: SpaceItem): Owners[keyof Owners] {
    if (kind === 'vm') return this.#owners.vms;
    if (kind === 'image') return this.#owners.images;
    if (kind === 'kernel') return this.#owners.kernels;
    if (kind === 'volume') return this.#owners.volumes;
    if (kind === 'snapshot') return this.#owners.snapshots;
    throw new RangeError(`a ${kind} cannot be removed on its own`);
  }

  async #leftover({ path }: SpaceItem, signal: AbortSignal): Promise<boolean> {
    const { paths } = this.#host;
    const found = (await findLeftovers(paths, await this.#known(signal))).find((left) => left.path === path);
    using held = found && tryLocks(locksDir(paths), found.locks);
    if (!held) return false;
    // No pod ever gets the uid of another one.
    if (found.pod !== undefined) {
      await removePod(found.pod, [], this.#host, signal);
      return true;
    }
    // The holder of the locks may have registered it until now.
    const isLeft = (await findLeftovers(paths, await this.#known(signal))).some((left) => left.path === path);
    if (isLeft) await rm(path, { recursive: true, force: true, maxRetries: 10 });
    return isLeft;
  }

  /** Adds the space that the removal of images has freed already. */
  async #layers(before: Bytes, signal: AbortSignal): Promise<Bytes> {
    const { paths } = this.#host;
    const now = await usedBytes(layoutDir(paths));
    const known = (): Promise<readonly Image[]> => this.#read.images.list(signal);
    return bytes(Math.max(0, before - now) + (await pruneLayers(known, paths, signal)));
  }

  /** Lists the known objects. A damaged record counts too, so that the files of its VM are not leftovers. */
  async #known(signal: AbortSignal): Promise<KnownObjects> {
    const { vms, images, kernels, volumes, snapshots } = this.#read;
    const { administration, self } = this.#host;
    const salvagedVms = (await administration.salvaged('VM')) as readonly Vm[];
    return {
      vms: [
        ...(await vms.list(signal)),
        ...salvagedVms.filter((vm) => vm.spec.hostName === undefined || isOwn(vm, self)),
      ],
      images: [
        ...(await images.list(signal)),
        ...((await administration.salvaged('Image')) as readonly Image[]),
      ],
      kernels: [
        ...(await kernels.list(signal)),
        ...((await administration.salvaged('Kernel')) as readonly Kernel[]),
      ],
      volumes: await volumes.list(signal),
      snapshots: [...(await snapshots.list(signal)), ...(await listDamagedSnapshots(administration))],
      lostPods: await findLostPods(this.#host.paths, administration, signal),
    };
  }
}
