import { access, constants, readFile, stat } from 'node:fs/promises';
import type { CreateVmRequest } from '@ignite/api/client/vm-client';
import type { Arch } from '@ignite/api/v1/arch';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import { apiVersion } from '@ignite/api/v1/group';
import { type Vm, type VmSpec, vmSpecSchema } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import { newUid } from '@ignite/toolkit/object/uid';
import { issuePath, issueText } from '@ignite/toolkit/schema/issue-text';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import * as v from 'valibot';
import { invalidKey, invalidVm, nameTaken, uncopyableFile } from './errors.ts';
import { randomName } from './random-name.ts';
import { vmFinalizer } from './vm-store.ts';

/** Everything of a request that can be refused is refused here, before anything is made. */
export async function validateRequest(
  request: CreateVmRequest,
): Promise<{ readonly name: string; readonly spec: VmSpec }> {
  const name = request.name ?? randomName();
  if (!isDnsLabel(name)) {
    throw invalidVm(
      `not a VM name: ${JSON.stringify(name)}`,
      'use at most 63 lower-case letters, digits and dashes, as in a host name',
    );
  }
  const parsed = v.safeParse(vmSpecSchema, request.spec);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw invalidVm(
      `spec.${issuePath(issue).join('.')}: ${issueText(issue)}`,
      'see "ignite run --help" for what a VM may be given',
    );
  }
  await validatePublicKey(parsed.output.ssh);
  for (const { hostPath } of parsed.output.copyFiles) {
    await access(hostPath, constants.R_OK).catch((failure: unknown) => {
      throw uncopyableFile(hostPath, failure);
    });
  }
  return { name, spec: parsed.output };
}

async function validatePublicKey(ssh: VmSpec['ssh']): Promise<void> {
  if (typeof ssh !== 'string') return;
  try {
    const isSmall = (await stat(ssh)).size < 65_536;
    if (isSmall && /^(ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/=]+/m.test(await readFile(ssh, 'utf8'))) return;
  } catch (failure) {
    throw invalidKey(ssh, failure);
  }
  throw invalidKey(ssh);
}

export interface NewVm {
  readonly name: string;
  readonly spec: VmSpec;
  readonly arch: Arch;
  readonly image: Image;
  readonly kernel: Kernel;
}

/** Writes the VM into the store; its disk and the rest follow when it is first started. */
export async function storeVm(vm: NewVm, request: CreateVmRequest, store: ObjectStore): Promise<Vm> {
  try {
    return (await store.create({
      apiVersion,
      kind: 'VM',
      metadata: {
        name: vm.name,
        uid: newUid(),
        labels: request.labels ?? {},
        annotations: request.annotations ?? {},
        finalizers: [vmFinalizer],
      },
      spec: { ...vm.spec, power: 'Stopped' },
      status: {
        phase: 'Created',
        arch: vm.arch,
        image: { digest: vm.image.status.digest, bootMode: vm.image.status.bootMode },
        kernel: { id: vm.kernel.status.id, version: vm.kernel.status.version },
      },
    })) as Vm;
  } catch (failure) {
    throw hasCode(failure, 'ALREADY_EXISTS') ? nameTaken(vm.name) : failure;
  }
}

/** The disk of an image must hold at least the image. */
export function assertDiskHolds(spec: VmSpec, image: Image): void {
  if (spec.diskSize >= image.status.baseDisk.size) return;
  throw invalidVm(
    `--size is too small: image "${image.metadata.name}" needs ${Math.ceil(image.status.baseDisk.size / 2 ** 20)}MB`,
    'give a larger --size, or none',
  );
}
