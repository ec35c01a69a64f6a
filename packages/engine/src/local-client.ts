import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  Client,
  ClientOperation,
  CreateVmRequest,
  DoctorCheck,
  LogsRequest,
  ReadClient,
  SshTarget,
} from '@ignite/api/client/client';
import { findByQuery } from '@ignite/api/client/find';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import type { Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import type { ObservedVm, VmDefinition } from './declare/vm-actuator.ts';
import { sshOptions } from './guest/ssh-options.ts';
import { untilSshAnswers } from './guest/ssh-ready.ts';
import { examineHost, missingPackages } from './host/doctor.ts';
import { locksDir, vmFiles, vmRunFiles } from './host/paths.ts';
import { kernelInUse } from './kernel/errors.ts';
import type { KernelDeps } from './kernel/assemble-kernel.ts';
import {
  buildKernelObject,
  ensureDefaultKernel,
  ensureKernel,
  importKernelObject,
  removeKernelObject,
} from './kernel/kernel-objects.ts';
import { imageInUse } from './oci/errors.ts';
import {
  ensureImage,
  type ImageRequest,
  importAndRecord,
  parseImportRequest,
  removeImageObject,
} from './oci/image-objects.ts';
import type { ImageDeps } from './oci/import-image.ts';
import { readClient } from './read-client.ts';
import { readConsole } from './vm/console.ts';
import { assertDiskHolds, storeVm, validateRequest } from './vm/create-vm.ts';
import { exitedEarly, nameTaken, noSshKey, notRunning, sshUnreachable, stillRunning } from './vm/errors.ts';
import type { VmHost } from './vm/execute-step.ts';
import { reconcileVm } from './vm/reconcile-vm.ts';
import { changeVm, getVm, listImages, listKernels, listVms } from './vm/vm-store.ts';

export type LocalHost = VmHost & ImageDeps & KernelDeps;

const defaultGraceMs = 30_000;
const sshTimeoutMs = 180_000;
const cleanUpTimeoutMs = 60_000;
const waitPollMs = 100;
const socketPollMs = 10;

/** The engine in this very process: how Ignite works without a daemon. */
export class LocalClient implements Client {
  readonly #host: LocalHost;
  readonly #read: ReadClient;

  constructor(host: LocalHost) {
    this.#host = host;
    this.#read = readClient(host.store);
  }

  listVms(signal: AbortSignal): Promise<readonly Vm[]> {
    return this.#read.listVms(signal);
  }

  listImages(signal: AbortSignal): Promise<readonly Image[]> {
    return this.#read.listImages(signal);
  }

  listKernels(signal: AbortSignal): Promise<readonly Kernel[]> {
    return this.#read.listKernels(signal);
  }

  findVm(query: string, signal: AbortSignal): Promise<Vm> {
    return this.#read.findVm(query, signal);
  }

  findImage(query: string, signal: AbortSignal): Promise<Image> {
    return this.#read.findImage(query, signal);
  }

  findKernel(query: string, signal: AbortSignal): Promise<Kernel> {
    return this.#read.findKernel(query, signal);
  }

  async createVm(request: CreateVmRequest, op: ClientOperation): Promise<Vm> {
    const { name, spec } = await validateRequest(request);
    const imageRequest = parseImportRequest(spec.image.oci, request);
    if (spec.kernel.oci !== undefined) parseImportRequest(spec.kernel.oci, request);
    if ((await listVms(this.#host.store)).some((vm) => vm.metadata.name === name)) throw nameTaken(name);
    const image = await ensureImage(imageRequest, this.#host, this.#host.store, op);
    assertDiskHolds(spec, image);
    const kernel = await this.#kernelFor(spec.kernel.oci, request, op);
    return await storeVm({ name, spec, image, kernel }, request, this.#host.store);
  }

  async startVm(
    query: string,
    request: { readonly sshTimeoutMs?: number },
    op: ClientOperation,
  ): Promise<Vm> {
    const vm = await this.#locked(query, op.signal, async (found) => {
      const wanted = await changeVm(this.#host.store, found, (now) => ({
        spec: { ...now.spec, power: 'Running' },
        status: now.status.phase === 'Running' ? now.status : { ...now.status, phase: 'Starting' },
      }));
      op.report({ kind: 'step', message: `Starting ${wanted.metadata.name}` });
      try {
        return await reconcileVm(wanted, { kind: 'running' }, this.#host, op);
      } catch (failure) {
        await this.#clearUp(wanted, op);
        throw failure;
      }
    });
    if (vm.spec.ssh === true) {
      op.report({ kind: 'step', message: `Waiting for SSH of ${vm.metadata.name}` });
      await this.#untilReady(vm, request.sshTimeoutMs ?? sshTimeoutMs, op.signal);
    }
    return await getVm(this.#host.store, vm.metadata.name);
  }

  async stopVm(
    query: string,
    request: { readonly force: boolean; readonly timeoutMs?: number },
    op: ClientOperation,
  ): Promise<Vm> {
    const graceMs = request.force ? 0 : (request.timeoutMs ?? defaultGraceMs);
    return await this.#locked(query, op.signal, async (found) => {
      const wanted = await changeVm(this.#host.store, found, (now) => ({
        spec: { ...now.spec, power: 'Stopped' },
      }));
      return await reconcileVm(wanted, { kind: 'stopped', graceMs }, this.#host, op);
    });
  }

  async removeVm(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Vm> {
    return await this.#locked(query, op.signal, async (found) => {
      const { name, uid } = found.metadata;
      const isRunning = (await this.#host.sandbox.observe(uid)).state === 'running';
      if (isRunning && !request.force) throw stillRunning(name);
      await this.#host.store.delete({ kind: 'VM', name });
      return await reconcileVm(await getVm(this.#host.store, name), { kind: 'gone' }, this.#host, op);
    });
  }

  /** All VMs as they really are, with whether their disks are there. */
  async observeVms(signal: AbortSignal): Promise<readonly ObservedVm[]> {
    const vms = await this.listVms(signal);
    return vms.map((vm) => ({ vm, hasDisk: existsSync(vmFiles(this.#host.paths, vm.metadata.uid).disk) }));
  }

  async redefineVm(query: string, wanted: VmDefinition, op: ClientOperation): Promise<Vm> {
    const { spec } = await validateRequest({ spec: wanted.spec });
    return await this.#locked(query, op.signal, async (found) => {
      const kernel =
        spec.kernel.oci === found.spec.kernel.oci
          ? undefined
          : await this.#kernelFor(spec.kernel.oci, {}, op);
      return await changeVm(this.#host.store, found, (now) => ({
        spec: { ...spec, power: now.spec.power },
        labels: wanted.labels,
        annotations: wanted.annotations,
        ...(kernel && {
          status: { ...now.status, kernel: { id: kernel.status.id, version: kernel.status.version } },
        }),
      }));
    });
  }

  /** Clears up after a VM that has ended by itself; does nothing to one that runs or is gone. */
  async settleVm(uid: string, op: ClientOperation): Promise<void> {
    try {
      await this.#locked(uid, op.signal, async (found) => {
        if ((await this.#host.sandbox.observe(uid)).state !== 'exited') return found;
        return await reconcileVm(found, { kind: 'stopped', graceMs: 0 }, this.#host, op);
      });
    } catch (failure) {
      if (!hasCode(failure, 'VM_NOT_FOUND')) throw failure;
    }
  }

  async waitVm(query: string, signal: AbortSignal): Promise<Vm> {
    const vm = await this.findVm(query, signal);
    while ((await this.#host.sandbox.observe(vm.metadata.uid)).state === 'running')
      await delay(waitPollMs, undefined, { signal });
    const quiet = { signal, report: () => {} };
    await this.settleVm(vm.metadata.uid, quiet);
    return await getVm(this.#host.store, vm.metadata.name);
  }

  async *logs(query: string, request: LogsRequest, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { uid } = (await this.findVm(query, signal)).metadata;
    yield* readConsole(
      {
        path: vmFiles(this.#host.paths, uid).consoleLog,
        ...(request.tail !== undefined && { tail: request.tail }),
        follow: async () => request.follow && (await this.#host.sandbox.observe(uid)).state === 'running',
      },
      signal,
    );
  }

  async consoleSocket(query: string, signal: AbortSignal): Promise<string> {
    const { uid } = (await this.#running(query, signal)).metadata;
    const { consoleSocket } = vmRunFiles(this.#host.paths, uid);
    while (!existsSync(consoleSocket)) {
      await this.#running(uid, signal); // a VMM that has only just been started has not made it yet
      await delay(socketPollMs, undefined, { signal });
    }
    return consoleSocket;
  }

  async sshTarget(
    query: string,
    request: { readonly timeoutMs: number; readonly identity?: string },
    op: ClientOperation,
  ): Promise<SshTarget> {
    const vm = await this.#running(query, op.signal);
    const files = vmFiles(this.#host.paths, vm.metadata.uid);
    const identity = request.identity ?? files.privateKey;
    if (!existsSync(identity)) throw noSshKey(vm.metadata.name);
    await this.#untilReady(vm, request.timeoutMs, op.signal);
    const args = sshOptions({ uid: vm.metadata.uid, knownHosts: files.knownHosts, identity });
    return { address: addressOf(vm), user: 'root', args };
  }

  async importImage(source: string, request: ImageRequest, op: ClientOperation): Promise<Image> {
    return await importAndRecord(parseImportRequest(source, request), this.#host, this.#host.store, op);
  }

  async removeImage(
    query: string,
    request: { readonly force: boolean },
    op: ClientOperation,
  ): Promise<Image> {
    const image = await this.findImage(query, op.signal);
    const sameDigest = (await listImages(this.#host.store)).filter(
      ({ status }) => status.digest === image.status.digest,
    );
    const users = (await listVms(this.#host.store)).filter(
      ({ status }) => status.image?.digest === image.status.digest,
    );
    if (sameDigest.length === 1) {
      await this.#removeUsers(users, request.force, (vm) => imageInUse(image.metadata.name, vm), op);
    }
    await removeImageObject(image, this.#host, this.#host.store, op.signal);
    return image;
  }

  async importKernel(
    source: string,
    request: { readonly registryConfigDir?: string },
    op: ClientOperation,
  ): Promise<Kernel> {
    return await importKernelObject(parseImportRequest(source, request), this.#host, this.#host.store, op);
  }

  async buildKernel(op: ClientOperation): Promise<Kernel> {
    return await buildKernelObject(this.#host, this.#host.store, op);
  }

  async removeKernel(
    query: string,
    request: { readonly force: boolean },
    op: ClientOperation,
  ): Promise<Kernel> {
    const kernel = await this.findKernel(query, op.signal);
    const sameId = (await listKernels(this.#host.store)).filter(
      ({ status }) => status.id === kernel.status.id,
    );
    const users = (await listVms(this.#host.store)).filter(
      ({ status }) => status.kernel?.id === kernel.status.id,
    );
    if (sameId.length === 1) {
      await this.#removeUsers(users, request.force, (vm) => kernelInUse(kernel.metadata.name, vm), op);
    }
    await removeKernelObject(kernel, this.#host, this.#host.store);
    return kernel;
  }

  async doctor(): Promise<readonly DoctorCheck[]> {
    return await examineHost();
  }

  async doctorFix(op: ClientOperation): Promise<readonly DoctorCheck[]> {
    const packages = missingPackages(await examineHost());
    if (packages.length > 0) {
      op.report({ kind: 'step', message: `Installing ${packages.join(', ')}` });
      const env = { DEBIAN_FRONTEND: 'noninteractive' };
      await this.#host.runner.run({ tool: 'apt-get', args: ['update', '-q'], env }, op.signal);
      await this.#host.runner.run(
        { tool: 'apt-get', args: ['install', '-q', '-y', '--no-install-recommends', ...packages], env },
        op.signal,
      );
    }
    return await examineHost();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#host.store[Symbol.dispose]();
  }

  async #kernelFor(oci: string | undefined, request: ImageRequest, op: ClientOperation): Promise<Kernel> {
    return oci === undefined
      ? await ensureDefaultKernel(this.#host, this.#host.store, op)
      : await ensureKernel(parseImportRequest(oci, request), this.#host, this.#host.store, op);
  }

  async #locked(query: string, signal: AbortSignal, work: (vm: Vm) => Promise<Vm>): Promise<Vm> {
    const { uid } = (await this.findVm(query, signal)).metadata;
    using _lock = await acquireLock(locksDir(this.#host.paths), `vm-${uid}`, signal);
    // As it is now: whoever held the lock before may have changed or removed it.
    return await work(findByQuery('VM', await listVms(this.#host.store), uid));
  }

  async #running(query: string, signal: AbortSignal): Promise<Vm> {
    const vm = await this.findVm(query, signal);
    if ((await this.#host.sandbox.observe(vm.metadata.uid)).state !== 'running')
      throw notRunning(vm.metadata.name);
    return vm;
  }

  async #untilReady(vm: Vm, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { name } = vm.metadata;
    const stop = new AbortController();
    const waiting = AbortSignal.any([signal, stop.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      await Promise.race([untilSshAnswers(addressOf(vm), waiting), this.#untilExited(vm, waiting)]);
    } catch (failure) {
      if (signal.aborted || hasCode(failure, 'VM_EXITED')) throw failure;
      throw sshUnreachable(name, timeoutMs / 1_000, failure);
    } finally {
      stop.abort();
    }
  }

  async #untilExited(vm: Vm, signal: AbortSignal): Promise<never> {
    while ((await this.#host.sandbox.observe(vm.metadata.uid)).state === 'running')
      await delay(waitPollMs, undefined, { signal });
    await this.settleVm(vm.metadata.uid, { signal, report: () => {} });
    throw exitedEarly(await getVm(this.#host.store, vm.metadata.name));
  }

  /** What a failed start has made goes at once; the VM itself and its disk stay. */
  async #clearUp(vm: Vm, op: ClientOperation): Promise<void> {
    const signal = AbortSignal.timeout(cleanUpTimeoutMs);
    try {
      const stopped = await changeVm(this.#host.store, vm, (now) => ({
        spec: { ...now.spec, power: 'Stopped' },
      }));
      await reconcileVm(stopped, { kind: 'stopped', graceMs: 0 }, this.#host, { signal, report: op.report });
    } catch (failure) {
      op.report({
        kind: 'warning',
        message: `something of ${vm.metadata.name} is left, which "ignite rm -f" removes: ${String(failure)}`,
      });
    }
  }

  async #removeUsers(
    users: readonly Vm[],
    force: boolean,
    inUse: (vm: string) => Error,
    op: ClientOperation,
  ): Promise<void> {
    const [first] = users;
    if (first && !force) throw inUse(first.metadata.name);
    for (const user of users) await this.removeVm(user.metadata.uid, { force: true }, op);
  }
}

const addressOf = (vm: Vm): string => vm.status.network?.ipAddresses[0] ?? '';
