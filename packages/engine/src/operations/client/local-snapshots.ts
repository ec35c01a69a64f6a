import type { Readable, Writable } from 'node:stream';
import type { Finder } from '@ignite/api/client/finder';
import type { ClientOperation } from '@ignite/api/client/progress';
import type {
  BringSnapshotRequest,
  CopyVmRequest,
  CreateSnapshotRequest,
  ExportSnapshotRequest,
  PullSnapshotRequest,
  PushSnapshotRequest,
  PushedSnapshot,
  SnapshotClient,
  WarmRequest,
} from '@ignite/api/client/snapshot-client';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Vm } from '@ignite/api/v1/vm';
import { withVmLocked } from '../../tools/store/vm-lock.ts';
import type { EnginePorts } from '../../vm/engine-ports.ts';
import { exportSnapshot } from '../snapshot-artifact/export-snapshot.ts';
import { importSnapshot } from '../snapshot-artifact/import-snapshot.ts';
import { pullSnapshot } from '../snapshot-artifact/pull-snapshot.ts';
import { pushSnapshot } from '../snapshot-artifact/push-snapshot.ts';
import { copyVm } from '../snapshots/copy-vm.ts';
import { createSnapshot } from '../snapshots/create-snapshot.ts';
import { makeTemplate } from '../snapshots/make-template.ts';
import { makeTemplateLater } from '../snapshots/make-template-later.ts';
import { removeSnapshot } from '../../vm/steps/remove-snapshot.ts';
import { rollBack } from '../snapshots/roll-back.ts';
import type { Makers } from '../snapshots/makers.ts';
import type { LocalVms } from './local-vms.ts';

/** Manages the snapshots of this host. */
export class LocalSnapshots implements SnapshotClient {
  readonly #host: EnginePorts;
  readonly #read: Finder<Snapshot>;
  readonly #vms: LocalVms;

  constructor(host: EnginePorts, read: Finder<Snapshot>, vms: LocalVms) {
    this.#host = host;
    this.#read = read;
    this.#vms = vms;
  }

  list(signal: AbortSignal): Promise<readonly Snapshot[]> {
    return this.#read.list(signal);
  }

  find(query: string, signal: AbortSignal): Promise<Snapshot> {
    return this.#read.find(query, signal);
  }

  async create(query: string, request: CreateSnapshotRequest, op: ClientOperation): Promise<Snapshot> {
    const { diskOnly = false, ...named } = request;
    return await withVmLocked(query, this.#host, op.signal, (vm) =>
      createSnapshot(vm, { ...named, wants: diskOnly ? 'Disk' : 'Most' }, this.#host, op),
    );
  }

  async rollback(query: string, snapshot: string, op: ClientOperation): Promise<Vm> {
    const found = await this.find(snapshot, op.signal);
    const vm = await withVmLocked(query, this.#host, op.signal, (wanted) =>
      rollBack(wanted, found, this.#host, op),
    );
    return await this.#vms.untilReady(vm, {}, op);
  }

  async copy(query: string, request: CopyVmRequest, op: ClientOperation): Promise<readonly Vm[]> {
    const copiers = { ...this.#makers(), leftovers: this.#vms.unjudged() };
    return await copyVm(query, request, copiers, op);
  }

  async warm({ bootedVm, ...request }: WarmRequest, op: ClientOperation): Promise<Snapshot> {
    if (bootedVm === undefined) return await makeTemplate(request, this.#makers(), op);
    return await makeTemplateLater(request, bootedVm, this.#makers(), op);
  }

  #makers(): Makers {
    return { host: this.#host, vms: this.#vms };
  }

  async push(
    query: string,
    destination: string,
    request: PushSnapshotRequest,
    op: ClientOperation,
  ): Promise<PushedSnapshot> {
    return await pushSnapshot(await this.find(query, op.signal), destination, request, this.#host, op);
  }

  async pull(reference: string, request: PullSnapshotRequest, op: ClientOperation): Promise<Snapshot> {
    return await pullSnapshot(reference, request, this.#host, op);
  }

  async export(
    query: string,
    request: ExportSnapshotRequest,
    output: Writable,
    op: ClientOperation,
  ): Promise<void> {
    await exportSnapshot(await this.find(query, op.signal), request, output, this.#host, op);
  }

  async import(archive: Readable, request: BringSnapshotRequest, op: ClientOperation): Promise<Snapshot> {
    return await importSnapshot(archive, request, this.#host, op);
  }

  async remove(query: string, _request: { readonly force: boolean }, op: ClientOperation): Promise<Snapshot> {
    const found = await this.find(query, op.signal);
    await removeSnapshot(found, this.#host, op.signal);
    return found;
  }
}
