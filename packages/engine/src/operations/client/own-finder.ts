import type { Finder } from '@ignite/api/client/finder';
import type { Vm } from '@ignite/api/v1/vm';
import type { ThisHost } from '../../tools/host/this-host.ts';
import { isOwn, ownVmIn } from '../../tools/store/own-vms.ts';

/** Finds the VMs of this host alone, for those who act upon them. */
export const ownFinder = (all: Finder<Vm>, self: ThisHost): Finder<Vm> => ({
  list: async (signal) => (await all.list(signal)).filter((vm) => isOwn(vm, self)),
  find: async (query, signal) => ownVmIn(await all.list(signal), query, self),
});
