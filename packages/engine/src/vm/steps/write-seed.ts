import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasOwnKey } from '@ignite/api/v1/has-own-key';
import type { CloudInit } from '@ignite/api/v1/cloud-init';
import type { Vm } from '@ignite/api/v1/vm';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { writeCloudInitDisk } from '../../tools/guest/cloud-init-disk.ts';
import { cloudInitSeed } from '../../tools/guest/cloud-init-seed.ts';
import { hostArch } from '../../tools/host/arch.ts';
import { vmFiles } from '../../tools/host/paths.ts';
import { type CpioEntry, cpioArchive, file, withParents } from '../../tools/kernel/cpio.ts';
import { hostProgram } from '../../tools/kernel/guest-programs.ts';
import { type GuestSeed, renderSeed } from '../../tools/kernel/seed.ts';
import type { Attachment } from '../../tools/network/network.ts';
import { volumeMounts } from '../../tools/storage/volume-devices.ts';
import { secretValue } from '../../tools/store/secret-value.ts';
import { imageOf } from '../../tools/store/vm-objects.ts';
import { volumesOf } from '../disks/volume-steps.ts';
import { userDataMissing } from '../errors.ts';
import { archOf } from '../arch-of.ts';
import { asBooted } from '../as-booted.ts';
import { identityOf } from '../guest-identity.ts';
import { readsCloudInit } from '../launch/vm-machine.ts';
import { runsEntrypoint } from '../entrypoint.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';
import { guestNetwork } from './attach-network.ts';
import { readCopiedFiles } from './copy-files.ts';
import { environOf } from './environ.ts';

/**
 * Writes what makes a VM of an image this VM: the seed disk for Ignite's init, and the disk for cloud-init if
 * the VM reads it.
 */
export async function writeSeed(vm: Vm, host: VmPorts, signal: AbortSignal): Promise<void> {
  const { uid, name } = vm.metadata;
  const files = vmFiles(host.paths, uid);
  const network = await host.network.observe(uid, signal);
  if (network.state !== 'attached') throw new Error(`the network of VM ${name} is gone`);
  const { attachment } = network;
  const authorizedKeys = await keysOf(vm, files.publicKey);
  const facts = { ...guestNetwork(vm, attachment), ...identityOf(vm), authorizedKeys };
  const cloudInit = cloudInitSeed(await withUserData(vm, host, signal), facts);
  const seed = await seedOf(vm, attachment, authorizedKeys, host);
  const userData = cloudInit['user-data'];
  const isCarriedOut = seed.bootMode === 'init' && !seed.isWholeDisk && userData !== '';
  const compiled = isCarriedOut && (await compiledUserData(userData, cloudInit['meta-data']));
  await replaceFile(files.seed, renderSeed({ ...seed, ...(compiled && { userData: compiled }) }), 0o600);
  if (readsCloudInit(vm)) await writeCloudInitDisk(files.cloudInit, cloudInit, host.runner, signal);
}

/** Loads what reads YAML only where there is some. */
async function compiledUserData(text: string, metaData: string): Promise<GuestSeed['userData']> {
  const { compileUserData } = await import('../../tools/user-data/compile-user-data.ts');
  return compileUserData(text, metaData);
}

/** Returns the seed for a guest that goes on from a snapshot. One that is not prepared gets the programs with it. */
export async function identitySeed(
  vm: Vm,
  { isPrepared }: { readonly isPrepared: boolean },
  host: VmPorts,
  signal: AbortSignal,
): Promise<Buffer> {
  const { uid, name } = vm.metadata;
  const network = await host.network.observe(uid, signal);
  if (network.state !== 'attached') throw new Error(`the network of VM ${name} is gone`);
  const keys = await keysOf(vm, vmFiles(host.paths, uid).publicKey);
  const seed = await seedOf(vm, network.attachment, keys, host);
  return renderSeed({ ...seed, programs: isPrepared ? [] : await identityPrograms(vm, host) });
}

/** Returns the programs by which a guest renews what its kernel remembers, and runs commands for the host. */
async function identityPrograms(
  vm: Vm,
  { guestDir }: Pick<VmPorts, 'guestDir'>,
): Promise<readonly CpioEntry[]> {
  const perl = archOf(vm) === hostArch ? await hostProgram(['/usr/bin/perl'], 'bin/perl') : [];
  const scripts = ['renew', 'serve-commands'].map(async (name) =>
    file(name, await readFile(join(guestDir, name))),
  );
  return [...perl, ...(await Promise.all(scripts))];
}

/** Returns the same programs in an archive, for the guest of a VM that runs. */
export const packedPrograms = async (vm: Vm, host: Pick<VmPorts, 'guestDir'>): Promise<Buffer> =>
  cpioArchive(withParents(await identityPrograms(asBooted(vm), host)));

/**
 * Returns what a VM tells cloud-init, with the user data that a Secret holds.
 * @throws CodedError USER_DATA_MISSING
 */
async function withUserData(
  { metadata: { name, namespace }, spec: { cloudInit = {} } }: Vm,
  { administration }: VmPorts,
  signal: AbortSignal,
): Promise<Omit<CloudInit, 'userDataSecretRef'>> {
  const { userDataSecretRef, ...given } = cloudInit;
  if (!userDataSecretRef) return given;
  const { name: secret, key } = userDataSecretRef;
  const userData = await secretValue(administration.served(), { namespace, name: secret, key }, signal);
  if (userData === undefined) throw userDataMissing(name, `${namespace}/${secret}`, key);
  return { ...given, userData };
}

async function seedOf(
  vm: Vm,
  attachment: Attachment,
  authorizedKeys: readonly string[],
  host: VmPorts,
): Promise<GuestSeed> {
  const { uid } = vm.metadata;
  const { hostKey } = vmFiles(host.paths, uid);
  const { config, bootMode } = (await imageOf(vm, host.objects)).status;
  return {
    ...identityOf(vm),
    adopted: vm.status.adopted ?? false,
    bootMode: runsEntrypoint(vm) ? 'entrypoint' : 'init',
    isWholeDisk: bootMode === 'disk',
    programs: [
      ...(bootMode === 'disk' ? await partitioner(vm) : []),
      ...(vmmOf(vm, host).capabilities.channel === 'vsock' ? await vsockCarrier() : []),
    ],
    ...guestNetwork(vm, attachment),
    authorizedKeys,
    hostKey: {
      privateKey: await readFile(hostKey, 'utf8'),
      publicKey: await readFile(`${hostKey}.pub`, 'utf8'),
    },
    argv: [...config.entrypoint, ...(vm.spec.command ?? config.cmd)],
    environ: environOf(config.env, vm.spec.env),
    user: config.user,
    workDir: config.workingDir,
    stopSignal: config.stopSignal,
    isTerminal: vm.spec.tty ?? false,
    entropy: randomBytes(512),
    mounts: volumeMounts(await volumesOf(vm, host)),
    files: await readCopiedFiles(vm.spec.copyFiles),
  };
}

/**
 * Returns the program with which init enlarges a partition, or nothing if this host has none that the guest
 * could run.
 */
async function partitioner(vm: Vm): Promise<readonly CpioEntry[]> {
  const paths = ['/usr/sbin/sfdisk', '/sbin/sfdisk'];
  if (archOf(vm) !== hostArch || !paths.some((path) => existsSync(path))) return [];
  return await hostProgram(paths, 'bin/sfdisk');
}

/** Returns the program with which the guest connects to the host's vsock ports. */
const vsockCarrier = async (): Promise<readonly CpioEntry[]> =>
  await hostProgram(['/usr/bin/socat'], 'bin/socat');

async function keysOf({ spec: { ssh } }: Vm, ownKey: string): Promise<readonly string[]> {
  if (ssh === undefined) return [];
  const { authorizedKeysFile, authorizedKeys = [] } = ssh;
  const files = [...(hasOwnKey({ ssh }) ? [ownKey] : []), ...[authorizedKeysFile ?? []].flat()];
  const texts = await Promise.all(files.map(async (file) => await readFile(file, 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => /^[a-z]/.test(line));
  return [...lines, ...authorizedKeys];
}
