import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { bytes } from '@ignite/toolkit/units/bytes';
import { vmFiles, vmRunFiles } from '../../tools/host/paths.ts';
import { sandboxUser } from '../../tools/sandbox/sandbox.ts';
import { prepareVolumes, releaseVolumes } from '../../tools/storage/prepare-volumes.ts';
import { type ResolvedVolume, resolveVolumes } from '../../tools/storage/resolve-volumes.ts';
import { shareFolder, shareUid } from '../../tools/storage/share-folder.ts';
import type { VmPorts } from '../vm-ports.ts';

/**
 * The memory of the program that shares a folder, besides the guest's pages that it is the first to touch.
 */
const shareOverhead = 128 * 2 ** 20;

export const volumesOf = (vm: Vm, host: VmPorts): Promise<readonly ResolvedVolume[]> =>
  resolveVolumes(vm.spec.storage, vm.metadata.namespace, host.paths);

export async function prepareVmVolumes(vm: Vm, host: VmPorts, op: ClientOperation): Promise<void> {
  const { uid, namespace } = vm.metadata;
  const { storage } = vm.spec;
  if (storage) await prepareVolumes({ storage, namespace }, sandboxUser(uid), host, op);
}

/** Releases the volumes with which a VM was started, whatever it asks for now. */
export async function releaseVmVolumes(
  { metadata: { uid }, spec, status: { booted = spec } }: Vm,
  host: VmPorts,
  signal: AbortSignal,
): Promise<void> {
  if (booted.storage) await releaseVolumes(booted.storage, sandboxUser(uid), host, signal);
}

export async function shareFolders(vm: Vm, host: VmPorts, signal: AbortSignal): Promise<void> {
  const { uid } = vm.metadata;
  for (const folder of await volumesOf(vm, host)) {
    if (folder.kind !== 'folder') continue;
    const share = {
      folder,
      vmUid: uid,
      sharesDir: vmRunFiles(host.paths, uid).shares,
      logPath: join(vmFiles(host.paths, uid).dir, `share-${folder.serial}.log`),
      user: sandboxUser(uid),
      memoryLimit: bytes(vm.spec.memory + shareOverhead),
    };
    await shareFolder(share, host.sandbox, signal);
  }
}

/** Ends all shares of a VM that exist, whatever the VM asks for now. */
export async function unshareFolders(uid: string, host: VmPorts, signal: AbortSignal): Promise<void> {
  const { shares } = vmRunFiles(host.paths, uid);
  for (const serial of await readdir(shares)) await host.sandbox.remove(shareUid(uid, serial), signal);
  await rm(shares, { recursive: true, force: true });
}
