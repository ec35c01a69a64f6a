import type { Finder } from '@ignite/api/client/finder';
import type { ImportImageRequest } from '@ignite/api/client/image-client';
import type { KernelClient } from '@ignite/api/client/kernel-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Arch } from '@ignite/api/v1/arch';
import type { Kernel } from '@ignite/api/v1/kernel';
import { hostArch } from '../host/arch.ts';
import { kernelInUse } from '../kernel/errors.ts';
import { buildKernelObject, importKernelObject, removeKernelObject } from '../kernel/kernel-objects.ts';
import { importRequest } from './import-request.ts';
import { listKernels, listVms } from '../vm/list-objects.ts';
import type { LocalHost } from './local-client.ts';
import type { LocalVms } from './local-vms.ts';
import { removeUsers } from './remove-users.ts';

/** Kernels of this host. */
export class LocalKernels implements KernelClient {
  readonly #host: LocalHost;
  readonly #read: Finder<Kernel>;
  readonly #vms: LocalVms;

  constructor(host: LocalHost, read: Finder<Kernel>, vms: LocalVms) {
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
      this.#host.store,
      op,
    );
  }

  async build(request: { readonly arch?: Arch }, op: ClientOperation): Promise<Kernel> {
    return await buildKernelObject(request.arch ?? hostArch, this.#host, this.#host.store, op);
  }

  async remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Kernel> {
    const kernel = await this.find(query, op.signal);
    const hasId = ({ status }: Kernel): boolean => status.id === kernel.status.id;
    if ((await listKernels(this.#host.store)).filter(hasId).length === 1) {
      const users = (await listVms(this.#host.store)).filter(
        ({ status }) => status.kernel?.id === kernel.status.id,
      );
      const inUse = (vm: string): Error => kernelInUse(kernel.metadata.name, vm);
      await removeUsers(users, { force: request.force, inUse }, this.#vms, op);
    }
    await removeKernelObject(kernel, this.#host, this.#host.store);
    return kernel;
  }
}
