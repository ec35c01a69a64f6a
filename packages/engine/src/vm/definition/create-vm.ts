import { access, constants, readFile, stat } from 'node:fs/promises';
import type { CreateVmRequest } from '@ignite/api/client/vm-client';
import type { Arch } from '@ignite/api/v1/arch';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import { uidAnnotation, uidSchema } from '@ignite/api/v1/uid-annotation';
import { type Vm, type VmSpec, type VmStatus, vmSpecSchema } from '@ignite/api/v1/vm';
import { withConditions } from '@ignite/api/v1/vm-conditions';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import { newUid } from '@ignite/toolkit/object/uid';
import { issueTexts } from '@ignite/toolkit/schema/issue-text';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import * as v from 'valibot';
import type { Paths } from '../../tools/host/paths.ts';
import type { ThisHost } from '../../tools/host/this-host.ts';
import { isRelativeSource } from '@ignite/api/v1/source-path';
import { sandboxEnviron } from '../../tools/sandbox/sandbox-environ.ts';
import { assertVolumesUsable } from '../../tools/storage/resolve-volumes.ts';
import { assertNamespaceStays } from '../../tools/store/assert-namespace-stays.ts';
import { vmStore } from '../../tools/store/kind-stores.ts';
import { listOwnVms } from '../../tools/store/own-vms.ts';
import { invalidKey, invalidSpec, invalidVm, nameTaken, uidTaken, uncopyableFile } from '../errors.ts';
import { changeVm, vmFinalizer } from '../../tools/store/vm-store.ts';
import { assertOwnUser, sharesUser } from '../own-user.ts';
import { withContent } from '../content-lock.ts';
import { randomName } from './random-name.ts';

/** Validates a request. Everything that can be refused is refused here, before anything is made. */
export async function validateRequest(
  request: CreateVmRequest,
): Promise<{ readonly name: string; readonly spec: VmSpec }> {
  const { name = randomName(), namespace = 'default' } = request;
  assertVmName(name);
  if (!isDnsLabel(namespace))
    throw invalidVm(
      `not a namespace: ${JSON.stringify(namespace)}`,
      'use at most 63 lower-case letters, digits and dashes',
    );
  const parsed = v.safeParse(vmSpecSchema, request.spec);
  if (!parsed.success) throw invalidSpec(issueTexts(parsed.issues, 'spec'));
  sandboxEnviron(request.annotations ?? {});
  await validatePublicKeys(parsed.output.ssh?.authorizedKeysFile);
  await assertVolumesUsable(parsed.output.storage);
  for (const { hostPath } of parsed.output.copyFiles) {
    await access(hostPath, constants.R_OK).catch((failure: unknown) => {
      throw uncopyableFile(hostPath, failure);
    });
  }
  return { name, spec: parsed.output };
}

/**
 * Checks the name of a VM.
 * @throws CodedError VM_INVALID
 */
export function assertVmName(name: string): void {
  if (isDnsLabel(name)) return;
  throw invalidVm(
    `not a VM name: ${JSON.stringify(name)}`,
    'use at most 63 lower-case letters, digits and dashes, as in a host name',
  );
}

async function validatePublicKeys(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  try {
    const isSmall = (await stat(path)).size < 65_536;
    if (isSmall && /^(ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/=]+/m.test(await readFile(path, 'utf8'))) return;
  } catch (failure) {
    throw invalidKey(path, failure);
  }
  throw invalidKey(path);
}

/**
 * Refuses sources that depend on the current folder, because a stored VM is read later from other folders.
 * @throws CodedError VM_INVALID
 */
export function assertFoundAnywhere({ image, kernel }: VmSpec): void {
  for (const [field, source] of Object.entries({ image: image.oci, kernel: kernel.oci }))
    if (source !== undefined && isRelativeSource(source))
      throw invalidVm(`spec.${field}.oci: ${source}: its path is not absolute`, 'use an absolute path');
}

/**
 * Returns the uid that an annotation asks for, or a new one.
 * @throws CodedError VM_INVALID
 */
export function uidFor({ annotations = {} }: CreateVmRequest, vms: readonly Vm[]): string {
  const wanted = v.safeParse(v.optional(uidSchema), annotations[uidAnnotation]);
  if (wanted.success) return wanted.output ?? newVmUid(vms);
  throw invalidVm(
    `metadata.annotations.${uidAnnotation}: ${wanted.issues[0].message}`,
    'correct it, or omit it to have a uid generated',
  );
}

/**
 * Refuses a uid that a VM of any host has.
 * @throws CodedError VM_UID_TAKEN
 */
export async function assertUidFree(uid: string, store: ObjectStore): Promise<void> {
  const other = await vmStore(store).findByUid(uid);
  if (other) throw uidTaken(uid, other.metadata.name);
}

/** Generates a uid whose VMM user no other VM has, although the user is made from only a part of the uid. */
export function newVmUid(vms: readonly Vm[], make: () => string = newUid): string {
  for (;;) {
    const uid = make();
    if (!sharesUser(uid, vms)) return uid;
  }
}

interface NewIdentity {
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly uid: string;
}

/**
 * Checks that neither the name nor the uid is taken.
 * @throws CodedError VM_NAME_TAKEN, VM_UID_TAKEN
 */
export function assertUnused({ namespace = 'default', name, uid }: NewIdentity, vms: readonly Vm[]): void {
  if (vms.some(({ metadata }) => metadata.namespace === namespace && metadata.name === name))
    throw nameTaken(name);
  const other = vms.find(({ metadata }) => metadata.uid === uid);
  if (other) throw uidTaken(uid, other.metadata.name);
  assertOwnUser(uid, vms);
}

/** A VM that is about to be stored. */
export interface NewVm {
  readonly name: string;
  readonly uid: string;
  readonly spec: VmSpec;
  readonly arch: Arch;
  /** Its image and kernel, if they are known already. */
  readonly image?: Image;
  readonly kernel?: Kernel;
}

/**
 * Stores a VM. Its disk and everything else is made later, at its first start at the latest.
 * @throws CodedError VM_NAME_TAKEN, VM_UID_TAKEN, CONTENT_GONE, NAMESPACE_LEAVING
 */
export async function storeVm(
  vm: NewVm,
  request: CreateVmRequest,
  host: { readonly paths: Paths; readonly store: ObjectStore; readonly self: ThisHost },
  signal: AbortSignal,
): Promise<Vm> {
  return await withContent(vm, host, signal, async () => {
    assertOwnUser(vm.uid, await listOwnVms(host));
    await assertNamespaceStays(host.store, request.namespace);
    return await writeVm(vm, request, host.store);
  });
}

async function writeVm(vm: NewVm, request: CreateVmRequest, store: ObjectStore): Promise<Vm> {
  try {
    return await vmStore(store).create({
      metadata: {
        ...(request.namespace !== undefined && { namespace: request.namespace }),
        name: vm.name,
        uid: vm.uid,
        labels: request.labels ?? {},
        annotations: request.annotations ?? {},
        finalizers: [vmFinalizer],
      },
      spec: vm.spec,
      status: withConditions({ spec: vm.spec, status: newStatus(vm) }, new Date().toISOString()),
    });
  } catch (failure) {
    throw hasCode(failure, 'ALREADY_EXISTS') ? nameTaken(vm.name) : failure;
  }
}

const newStatus = ({ arch, image, kernel }: NewVm): VmStatus => ({
  phase: 'Created',
  arch,
  ...(image && { image: { digest: image.status.digest, bootMode: image.status.bootMode } }),
  ...(kernel && { kernel: { id: kernel.status.id, version: kernel.status.version } }),
});

/** Removes a VM that could not be made, as if it had never been stored. */
export async function unstoreVm(vm: Vm, store: ObjectStore): Promise<void> {
  await vmStore(store).delete(vm.metadata);
  await changeVm(store, vm, () => ({ finalizers: [] }));
}
