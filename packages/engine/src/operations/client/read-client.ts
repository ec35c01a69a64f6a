import type { ReadClient } from '@ignite/api/client/client';
import { findByQuery } from '@ignite/api/client/find';
import type { Vm } from '@ignite/api/v1/vm';
import { withConditions } from '@ignite/api/v1/vm-conditions';
import type { Finder } from '@ignite/api/client/finder';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { AwaitedStore } from '@ignite/toolkit/store/awaited-store';
import type { BrokenObject, StoreReader } from '@ignite/toolkit/store/store';
import { eventReader } from '../../tools/events/event-reader.ts';
import type { Paths } from '../../tools/host/paths.ts';
import type { NetworkSettings } from '../../tools/network/cni/settings.ts';
import { findByReference } from '../../tools/oci/find-by-reference.ts';
import { listImages, listKernels, listVms, listVolumes } from '../../tools/store/list-objects.ts';
import { openStoreToRead } from '../../tools/store/open-store.ts';
import { bootId, withTruePhase } from '../../vm/observe/liveness.ts';

/** Creates a client that reads from a store and from the host's network files. */
export function readClient(store: StoreReader, networks: NetworkSettings): ReadClient {
  return {
    vms: finder(findVm, async () => {
      const [boot, now] = [bootId(), Date.now()];
      return (await listVms(store)).map((vm) => asItIs(vm, boot, now));
    }),
    images: finder(findImage, () => listImages(store)),
    kernels: finder(findKernel, () => listKernels(store)),
    networks: networkFinder(networks, () => listVms(store)),
    volumes: finder(findVolume, () => listVolumes(store)),
    events: eventReader(store),
    objects: store,
  };
}

/**
 * Opens the client for commands that only read. It loads little, needs no root, and treats a host that never
 * ran a VM as empty.
 */
export function openReadClient(
  paths: Paths,
  networks: NetworkSettings,
  onBroken?: (broken: BrokenObject) => void,
): ReadClient & Disposable {
  const store = new AwaitedStore(() => openStoreToRead(paths, onBroken));
  return { ...readClient(store, networks), [Symbol.dispose]: () => store[Symbol.dispose]() };
}

/** Returns the VM with its true phase, and conditions that say the same. */
function asItIs(vm: Vm, boot: string, nowMs: number): Vm {
  const shown = withTruePhase(vm, boot, nowMs);
  return shown === vm ? vm : { ...shown, status: withConditions(shown, new Date(nowMs).toISOString()) };
}

type Find = <T extends KubeObject>(items: readonly T[], query: string) => T;

const findVm: Find = (items, query) => findByQuery('VM', items, query);
const findImage: Find = (items, query) => findByReference('Image', items, query);
const findNetwork: Find = (items, query) => findByQuery('CniNetwork', items, query);
const findKernel: Find = (items, query) => findByReference('Kernel', items, query);
const findVolume: Find = (items, query) => findByQuery('Volume', items, query);

const finder = <T extends KubeObject>(find: Find, list: () => Promise<readonly T[]>): Finder<T> => ({
  list,
  find: async (query) => find(await list(), query),
});

const networkFinder = (
  settings: NetworkSettings,
  vms: () => Promise<readonly Vm[]>,
): ReadClient['networks'] => ({
  ...finder(findNetwork, async () => {
    const { listCniNetworks } = await import('../../tools/network/cni/cni-networks.ts'); // imported lazily, to keep `ps` fast
    return await listCniNetworks(settings, await vms());
  }),
  broken: async () =>
    await (await import('../../tools/network/cni/cni-networks.ts')).brokenCniNetworks(settings),
});
