import type { ReadClient } from '@ignite/api/client/client';
import { findByQuery } from '@ignite/api/client/find';
import type { Vm } from '@ignite/api/v1/vm';
import type { WarmPool } from '@ignite/api/v1/warm-pool';
import type { Finder } from '@ignite/api/client/finder';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { eventReader } from '../../tools/events/event-reader.ts';
import { readHostSettings, thisHostOf } from '../../tools/host/host-settings.ts';
import type { Paths } from '../../tools/host/paths.ts';
import { liveHosts } from '../../tools/hosts/host-lease.ts';
import { listHosts } from '../../tools/hosts/list-hosts.ts';
import type { NetworkSettings } from '../../tools/network/cni/settings.ts';
import { findByReference } from '../../tools/oci/find-by-reference.ts';
import { listAllVms } from '../../tools/store/all-vms.ts';
import { engineReader } from '../../tools/store/engine-objects.ts';
import {
  listImages,
  listKernels,
  listPools,
  listSnapshots,
  listVolumes,
} from '../../tools/store/list-objects.ts';
import { type OnBroken, storeToRead } from '../../tools/store/open-store.ts';
import { type OwnObjects, isOwn, listOwnVms } from '../../tools/store/own-vms.ts';
import { withBootstrap } from '../../vm/observe/bootstrap.ts';
import { hostSight } from '../../vm/observe/liveness.ts';
import { seenVm } from '../../vm/observe/seen-vm.ts';

/** A store, and the folders of the host to which some of its VMs belong. */
interface ReadHost extends OwnObjects {
  readonly paths: Paths;
}

/** Creates a client that reads from a store and from the host's files. */
export function readClient(
  own: ReadHost,
  stored: ReadClient['stored'],
  networks: NetworkSettings,
): ReadClient {
  const { objects } = own;
  return {
    vms: finder(findVm, () => listSeenVms(own)),
    images: finder(findImage, () => listImages(objects)),
    kernels: finder(findKernel, () => listKernels(objects)),
    networks: networkFinder(networks, () => listOwnVms(own)),
    volumes: finder(findVolume, () => listVolumes(own)),
    snapshots: finder(findSnapshot, () => listSnapshots(objects)),
    pools: finder(findPool, () => listSeenPools(own)),
    events: eventReader(objects),
    hosts: finder(findHost, () => listHosts(own, Date.now())),
    stored,
  };
}

/**
 * Opens the client for commands that only read. It loads little, needs no root, and treats a host that never
 * ran a VM as empty.
 */
export function openReadClient(
  paths: Paths,
  networks: NetworkSettings,
  onBroken?: OnBroken,
): ReadClient & Disposable {
  const store = storeToRead(paths, onBroken);
  const objects = engineReader(store);
  const self = thisHostOf(readHostSettings(paths));
  return {
    ...readClient({ objects, self, paths }, store, networks),
    [Symbol.dispose]: () => store[Symbol.dispose](),
  };
}

/** Lists the VMs of all hosts as this host sees them. */
async function listSeenVms({ objects, self, paths }: ReadHost): Promise<readonly Vm[]> {
  const vms = await listAllVms(objects);
  const nowMs = Date.now();
  const alive = vms.every((vm) => isOwn(vm, self)) ? new Set<string>() : await liveHosts(objects, nowMs);
  const told = (vm: Vm): Vm => withBootstrap(vm, paths);
  const sight = { self, alive, withBootstrap: told, ...hostSight(paths, nowMs) };
  return vms.map((vm) => seenVm(vm, sight));
}

/** Lists the pools with what their VMs tell of them. */
async function listSeenPools(own: ReadHost): Promise<readonly WarmPool[]> {
  const pools = await listPools(own.objects);
  if (pools.length === 0) return [];
  // Imported lazily, to keep `ps` fast. The status compares members with the whole template, defaults included.
  const { poolStatusOf } = await import('../pools/plan-pool.ts');
  const { warmPoolKind } = await import('@ignite/api/v1/object-kinds');
  const vms = (await listSeenVms(own)).filter((vm) => isOwn(vm, own.self));
  return pools.map((stored) => {
    const pool = warmPoolKind.decode(stored);
    return { ...pool, status: poolStatusOf(pool, vms) };
  });
}

type Find = <T extends KubeObject>(items: readonly T[], query: string) => T;

const findVm: Find = (items, query) => findByQuery('VM', items, query);
const findImage: Find = (items, query) => findByReference('Image', items, query);
const findNetwork: Find = (items, query) => findByQuery('CniNetwork', items, query);
const findKernel: Find = (items, query) => findByReference('Kernel', items, query);
const findHost: Find = (items, query) => findByQuery('Host', items, query);
const findSnapshot: Find = (items, query) => findByQuery('Snapshot', items, query);
const findPool: Find = (items, query) => findByQuery('WarmPool', items, query);
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
