import type { Finder } from '@ignite/api/client/finder';
import type { ImportImageRequest } from '@ignite/api/client/image-client';
import type { KernelClient } from '@ignite/api/client/kernel-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Arch } from '@ignite/api/v1/arch';
import type { Kernel } from '@ignite/api/v1/kernel';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Vm } from '@ignite/api/v1/vm';
import { shownName } from '@ignite/api/v1/shown-name';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { hostArch } from '../../tools/host/arch.ts';
import { locksDir } from '../../tools/host/paths.ts';
import { kernelInSnapshot, kernelInUse } from '../../tools/kernel/errors.ts';
import {
  buildKernelObject,
  importKernelObject,
  removeKernelObject,
} from '../../tools/kernel/kernel-objects.ts';
import { listKernels } from '../../tools/store/list-objects.ts';
import { type OwnObjects, listOwnVms } from '../../tools/store/own-vms.ts';
import { importRequest } from './import-request.ts';
import type { EnginePorts } from '../../vm/engine-ports.ts';
import type { LocalVms } from './local-vms.ts';
import { removeSnapshot } from '../../vm/steps/remove-snapshot.ts';
import { needingTemplates } from './needing-templates.ts';
import { removeUnused } from './remove-unused.ts';

/** Manages the kernels of this host. */
export class LocalKernels implements KernelClient {
  readonly #host: EnginePorts;
  readonly #read: Finder<Kernel>;
  readonly #vms: LocalVms;

  constructor(host: EnginePorts, read: Finder<Kernel>, vms: LocalVms) {
    this.#host = host;
    this.#read = read;
    this.#vms = vms;
  }

  list(signal: AbortSignal): Promise<readonly Kernel[]> {
    return this.#read.list(signal);
  }

  find(query: string, signal: AbortSignal): Promise<Kernel> {
    return this.#read.find(query, signal);
  }

  async import(source: string, request: ImportImageRequest, op: ClientOperation): Promise<Kernel> {
    return await importKernelObject(
      await importRequest(source, request, this.#host, op),
      this.#host,
      this.#host.objects,
      op,
    );
  }

  async build(request: { readonly arch?: Arch }, op: ClientOperation): Promise<Kernel> {
    return await buildKernelObject(request.arch ?? hostArch, this.#host, this.#host.objects, op);
  }

  async remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Kernel> {
    const kernel = await this.find(query, op.signal);
    const { paths, objects } = this.#host;
    return await removeUnused(
      {
        force: request.force,
        lock: () => acquireLock(locksDir(paths), 'kernel', op.signal),
        find: async () => {
          const found = await this.find(kernel.metadata.uid, op.signal);
          const users = await kernelUsers(found, this.#host);
          const templates = await kernelTemplates(found, this.#host);
          return { found, users, templates };
        },
        inUse: (vm) => kernelInUse(shownName(kernel), vm),
        removeTemplate: (template) => removeSnapshot(template, this.#host, op.signal),
        remove: (found) => removeKernelObject(found, this.#host, objects),
      },
      { paths, vms: this.#vms },
      op,
    );
  }
}

/** @throws CodedError KERNEL_IN_USE if a VM of a snapshot boots this kernel and somebody keeps it */
async function kernelTemplates(kernel: Kernel, host: EnginePorts): Promise<readonly Snapshot[]> {
  const { id } = kernel.status;
  if ((await listKernels(host.objects)).filter(({ status }) => status.id === id).length > 1) return [];
  return await needingTemplates(
    ({ status }) => status.kernel.id === id,
    (snapshot) => kernelInSnapshot(shownName(kernel), snapshot),
    host,
  );
}

/** Returns the VMs that need this kernel to boot. */
async function kernelUsers({ status: { id } }: Kernel, host: OwnObjects): Promise<readonly Vm[]> {
  if ((await listKernels(host.objects)).filter(({ status }) => status.id === id).length > 1) return [];
  return (await listOwnVms(host)).filter(({ status }) => status.kernel?.id === id);
}
