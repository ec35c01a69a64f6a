import type { Readable, Writable } from 'node:stream';
import type { ArchiveClient, ImportVmRequest } from '@ignite/api/client/archive-client';
import type { Finder } from '@ignite/api/client/finder';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { exportVm } from '../archive/export-vm.ts';
import { importVm } from '../archive/import-vm.ts';
import type { EnginePorts } from '../../vm/engine-ports.ts';

/** Exports and imports VMs of this host as archives. */
export class LocalArchives implements ArchiveClient {
  readonly #host: EnginePorts;
  readonly #vms: Finder<Vm>;

  constructor(host: EnginePorts, vms: Finder<Vm>) {
    this.#host = host;
    this.#vms = vms;
  }

  async export(query: string, output: Writable, op: ClientOperation): Promise<void> {
    const vm = await this.#vms.find(query, op.signal);
    await exportVm(vm, output, this.#host, op);
  }

  async import(archive: Readable, request: ImportVmRequest, op: ClientOperation): Promise<Vm> {
    return await importVm(archive, request, this.#host, op);
  }
}
