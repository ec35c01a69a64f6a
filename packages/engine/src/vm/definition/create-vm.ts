import { access, constants, readFile, stat } from 'node:fs/promises';
import type { CreateVmRequest } from '@ignite/api/client/vm-client';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import { uidAnnotation, uidSchema } from '@ignite/api/v1/uid-annotation';
import { type Vm, type VmSpec, type VmStatus, vmSpecSchema } from '@ignite/api/v1/vm';
import { withConditions } from '@ignite/api/v1/vm-conditions';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import { newUid } from '@ignite/toolkit/object/uid';
import { issueTexts } from '@ignite/toolkit/schema/issue-text';
import * as v from 'valibot';
import type { Paths } from '../../tools/host/paths.ts';
import type { ThisHost } from '../../tools/host/this-host.ts';
import { isRelativeSource } from '@ignite/api/v1/source-path';
import { sandboxEnviron } from '../../tools/sandbox/sandbox-environ.ts';
import { assertVolumesUsable } from '../../tools/storage/resolve-volumes.ts';
import { assertNamespaceStays } from '../../tools/store/assert-namespace-stays.ts';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { listOwnVms } from '../../tools/store/own-vms.ts';
import { changeVm, vmFinalizer } from '../../tools/store/vm-objects.ts';
import { invalidKey, invalidSpec, invalidVm, nameTaken, uidTaken, uncopyableFile } from '../errors.ts';
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
export async function assertUidFree(uid: string, objects: ObjectClient): Promise<void> {
  const other = await vmsIn(objects).findByUid(uid);
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

/** What a VM is made of that was made elsewhere. */
interface MadeContent {
  readonly image: Image;
  readonly kernel: Kernel;
}

/** A VM that is about to be stored. */
export interface NewVm {
  readonly name: string;
  readonly uid: string;
  readonly spec: VmSpec;
  /** Its image and kernel, if its disk is here already. Otherwise they are brought with the first steps of its life. */
  readonly made?: MadeContent;
}

/**
 * Stores a VM. Its disk and everything else is made later, at its first start at the latest.
 * @throws CodedError VM_NAME_TAKEN, VM_UID_TAKEN, CONTENT_GONE, NAMESPACE_LEAVING
 */
export async function storeVm(
  vm: NewVm,
  request: CreateVmRequest,
  host: { readonly paths: Paths; readonly objects: ObjectClient; readonly self: ThisHost },
  signal: AbortSignal,
): Promise<Vm> {
  return await withContent(vm.made ?? {}, host, signal, async () => {
    assertOwnUser(vm.uid, await listOwnVms(host));
    await assertNamespaceStays(host.objects, request.namespace);
    return await writeVm(vm, request, host.objects);
  });
}

async function writeVm(vm: NewVm, request: CreateVmRequest, objects: ObjectClient): Promise<Vm> {
  const { namespace = 'default', labels = {}, annotations = {} } = request;
  const { name, uid, spec, made } = vm;
  try {
    return await vmsIn(objects).create({
      metadata: { namespace, name, uid, labels, annotations, finalizers: [vmFinalizer] },
      spec,
      ...(made && { status: withConditions({ spec, status: madeStatus(made) }, new Date().toISOString()) }),
    });
  } catch (failure) {
    throw hasCode(failure, 'ALREADY_EXISTS') ? nameTaken(name) : failure;
  }
}

const madeStatus = ({ image, kernel }: MadeContent): VmStatus => ({
  phase: 'Created',
  arch: kernel.status.arch,
  image: { digest: image.status.digest, bootMode: image.status.bootMode },
  kernel: { id: kernel.status.id, version: kernel.status.version },
});

/** Removes a VM that could not be made, as if it had never been stored. */
export async function unstoreVm(vm: Vm, objects: ObjectClient): Promise<void> {
  const left = await vmsIn(objects).delete(vm.metadata);
  if (left) await changeVm(objects, left, () => ({ finalizers: [] }));
}
