import { existsSync } from 'node:fs';
import type { Finder } from '@ignite/api/client/finder';
import type { ClientOperation } from '@ignite/api/client/progress';
import type {
  CreateVmRequest,
  LogPart,
  LogsRequest,
  SshTarget,
  StartVmRequest,
  StopVmRequest,
  VmAttachment,
  VmClient,
} from '@ignite/api/client/vm-client';
import type { Vm } from '@ignite/api/v1/vm';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { redefineVm } from '../declare/redefine-vm.ts';
import type { ObservedVm, VmDefinition } from '../declare/vm-actuator.ts';
import { recordEvent } from '../events/record-event.ts';
import { hostArch } from '../host/arch.ts';
import { locksDir, vmFiles } from '../host/paths.ts';
import { assertPreflight, isTypeIgnored, planPreflight } from '../host/preflight.ts';
import { kernelFor } from '../kernel/kernel-objects.ts';
import { shadowingNetwork } from '../network/shadowing-network.ts';
import { ensureImage, parseImportRequest } from '../oci/image-objects.ts';
import { listVms } from '../store/list-objects.ts';
import { withVmLocked } from '../store/vm-lock.ts';
import { vmStore } from '../store/kind-stores.ts';
import { findVm, getVm, withPower } from '../store/vm-store.ts';
import { untilContentStays } from '../vm/definition/content-lock.ts';
import {
  assertFoundAnywhere,
  assertRunsSomething,
  assertUnused,
  storeVm,
  uidFor,
  validateRequest,
  warnOfSmallDisk,
  warnOfUnusedEnv,
} from '../vm/definition/create-vm.ts';
import { type StartableVm, vmNeeds } from '../vm/definition/vm-needs.ts';
import { daemonOf, recordPlugin, recordRuntime, withRuntime } from '../vm/definition/vm-runtime.ts';
import { vmDisk } from '../vm/disks/vm-disk.ts';
import { stillRunning } from '../vm/errors.ts';
import { archOf, assertMachine } from '../vm/launch/vm-machine.ts';
import { untilExited, untilReady } from '../vm/lifecycle/await-vm.ts';
import { clearFailedStart, keepFailedStart } from '../vm/lifecycle/failed-start.ts';
import { pauseVm, resumeVm } from '../vm/lifecycle/pause-vm.ts';
import { type SshRequest, assertRunning, attachmentOf, sshTargetOf } from '../vm/lifecycle/reach-vm.ts';
import { reconcileVm } from '../vm/lifecycle/reconcile-vm.ts';
import { restartWhenDue } from '../vm/lifecycle/restart-vm.ts';
import { settleVm } from '../vm/lifecycle/settle-vm.ts';
import { startVm } from '../vm/lifecycle/start-vm.ts';
import { readConsole } from '../vm/observe/console.ts';
import { allottedMemoryOf } from '../vm/plan/allotted-memory.ts';
import { hasStreams } from '../vm/entrypoint.ts';
import { assertNetworkFits } from '../vm/steps/attach-network.ts';
import { untilMemoryGiven } from '../vm/steps/guest-memory.ts';
import { recordInLife } from '../vm/steps/vm-events.ts';
import { vmmOf } from '../vm/vmm-of.ts';
import { accelFor } from '../vmm/accel.ts';
import { assertVmm } from '../vmm/assert-vmm.ts';
import type { LocalHost } from './local-client.ts';

const defaultGraceMs = 30_000;
/**
 * The default time for SSH to answer. An emulated guest on a busy host may take minutes, while a guest
 * without an SSH server reports that at once.
 */
const sshTimeoutMs = 600_000;

/** Manages the VMs of this host. */
export class LocalVms implements VmClient {
  readonly #host: LocalHost;
  readonly #read: Finder<Vm>;

  constructor(host: LocalHost, read: Finder<Vm>) {
    this.#host = host;
    this.#read = read;
  }

  list(signal: AbortSignal): Promise<readonly Vm[]> {
    return this.#read.list(signal);
  }

  find(query: string, signal: AbortSignal): Promise<Vm> {
    return this.#read.find(query, signal);
  }

  async create(request: CreateVmRequest, op: ClientOperation): Promise<Vm> {
    const { name, spec: asked } = await validateRequest(request);
    const spec = await withRuntime(asked, request.runtime, this.#host, op);
    const arch = spec.arch ?? hostArch;
    const vmm = vmmOf({ spec }, this.#host);
    assertMachine(spec, arch, vmm);
    assertFoundAnywhere(spec);
    const ofArch = { ...request, arch, ...daemonOf(spec) };
    const imageRequest = parseImportRequest(spec.image.oci, ofArch);
    if (spec.kernel.oci !== undefined) parseImportRequest(spec.kernel.oci, ofArch);
    const uid = uidFor(request, await listVms(this.#host.store));
    using _lock = await acquireLock(locksDir(this.#host.paths), `vm-${uid}`, op.signal);
    const vms = await listVms(this.#host.store);
    assertUnused({ name, uid }, vms);
    const wanted = { uid, network: spec.network, annotations: request.annotations ?? {} };
    await assertNetworkFits(wanted, vms, this.#host.network);
    const { preflight } = request;
    assertVmm(vmm, arch, accelFor(arch, { arch: hostArch, accel: await this.#host.accel() }));
    if (preflight) await this.#assertReady({ spec, arch }, preflight.ignorePreflightChecks ?? []);
    const vm = await untilContentStays(async () => {
      const image = await ensureImage(imageRequest, this.#host, this.#host.store, op);
      assertRunsSomething(spec, image);
      warnOfSmallDisk(spec, image, op);
      warnOfUnusedEnv(spec, image, op);
      const kernel = await kernelFor(spec.kernel.oci, ofArch, this.#host, op);
      return await storeVm({ name, uid, spec, arch, image, kernel }, request, this.#host, op.signal);
    });
    await recordEvent(
      this.#host.store,
      vm,
      { reason: 'Created', message: `from image ${spec.image.oci}` },
      'created',
    );
    return vm;
  }

  /**
   * Checks that the host is ready to start the VM.
   * @throws CodedError PREFLIGHT_FAILED
   */
  async #assertReady(vm: StartableVm, ignored: readonly string[]): Promise<void> {
    const { env } = this.#host;
    await assertPreflight(planPreflight(vmNeeds(vm, vmmOf(vm, this.#host), env), ignored));
  }

  async start(query: string, request: StartVmRequest, op: ClientOperation): Promise<Vm> {
    const ignored = request.ignorePreflightChecks ?? [];
    const host = isTypeIgnored('Port', ignored)
      ? { ...this.#host, network: shadowingNetwork(this.#host.network) }
      : this.#host;
    const vm = await withVmLocked(query, host, op.signal, async (asked) => {
      const ofRuntime = await recordRuntime(asked, request.runtime, host, op);
      const found = await recordPlugin(ofRuntime, request.networkPlugin, host);
      if ((await host.sandbox.observe(found.metadata.uid)).state !== 'running') {
        await this.#assertReady({ spec: found.spec, arch: archOf(found) }, ignored);
        op.report({ kind: 'step', message: `Starting ${found.metadata.name}` });
      }
      try {
        return await startVm(found, { power: 'Running' }, host, op);
      } catch (failure) {
        const clear = request.keepFailed ? keepFailedStart : clearFailedStart;
        await clear(await withPower(found, 'Stopped', this.#host), failure, this.#host, op);
        throw failure;
      }
    });
    if (vm.spec.ssh === true) {
      op.report({ kind: 'step', message: `Waiting for SSH on ${vm.metadata.name}` });
      const { sshTimeoutMs: timeoutMs = sshTimeoutMs } = request;
      const wait = { timeoutMs, endsWithoutServer: request.sshTimeoutMs === undefined };
      await untilReady(vm, wait, this.#host, op.signal);
      await recordInLife(vm, { reason: 'Ready', message: 'its SSH answers' }, this.#host);
    }
    return await findVm(this.#host.store, vm.metadata.uid);
  }

  async stop(query: string, request: StopVmRequest, op: ClientOperation): Promise<Vm> {
    const graceMs = request.force ? 0 : (request.timeoutMs ?? defaultGraceMs);
    return await withVmLocked(query, this.#host, op.signal, async (found) => {
      const wanted = await withPower(found, 'Stopped', this.#host);
      return await reconcileVm(wanted, { kind: 'stopped', graceMs }, this.#host, op);
    });
  }

  async pause(query: string, op: ClientOperation): Promise<Vm> {
    return await withVmLocked(query, this.#host, op.signal, (found) => pauseVm(found, this.#host, op));
  }

  async resume(query: string, op: ClientOperation): Promise<Vm> {
    return await withVmLocked(query, this.#host, op.signal, (found) => resumeVm(found, this.#host, op));
  }

  async remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Vm> {
    return await withVmLocked(query, this.#host, op.signal, async (found) => {
      const { name, uid } = found.metadata;
      const isRunning = (await this.#host.sandbox.observe(uid)).state === 'running';
      const isRestarting = found.status.phase === 'Restarting';
      if ((isRunning || isRestarting) && !request.force)
        throw stillRunning(name, isRunning ? 'running' : 'restarting');
      await vmStore(this.#host.store).delete({ name });
      return await reconcileVm(await getVm(this.#host.store, name), { kind: 'gone' }, this.#host, op);
    });
  }

  /** Lists all VMs as they really are, and tells whether their disks exist. */
  async observe(signal: AbortSignal): Promise<readonly ObservedVm[]> {
    const vms = await this.list(signal);
    return vms.map((vm) => ({ vm, hasDisk: existsSync(vmDisk(vm, this.#host).path) }));
  }

  resizesMemory(vm: Pick<Vm, 'spec'>): boolean {
    return vmmOf(vm, this.#host).capabilities.balloon;
  }

  /**
   * Writes the definition of a VM. Of a running VM, only ports and memory change at once, as far as possible.
   */
  async redefine(query: string, wanted: VmDefinition, op: ClientOperation): Promise<Vm> {
    const { spec } = await validateRequest({ spec: wanted.spec });
    let isToGive = false;
    const redefined = await withVmLocked(query, this.#host, op.signal, async (found) => {
      const vm = await redefineVm(found, { ...wanted, spec }, this.#host, op);
      isToGive = vm.status.phase === 'Running' && allottedMemoryOf(vm) < allottedMemoryOf(found);
      return vm;
    });
    if (isToGive) await untilMemoryGiven(redefined, this.#host, op);
    return redefined;
  }

  /** Cleans up after a VM that has ended, and restarts it when that is due. */
  async settle(uid: string, op: ClientOperation): Promise<void> {
    await settleVm(uid, this.#host, op);
    await restartWhenDue(uid, this.#host, op);
  }

  async wait(query: string, signal: AbortSignal): Promise<Vm> {
    return await untilExited(await this.find(query, signal), this.#host, signal);
  }

  async *logs(query: string, request: LogsRequest, signal: AbortSignal): AsyncGenerator<LogPart> {
    const vm = await this.find(query, signal);
    const { uid } = vm.metadata;
    const { follow, ...selection } = request;
    yield* readConsole(
      {
        path: vmFiles(this.#host.paths, uid).consoleLog,
        isTerminal: vm.spec.tty === true || !hasStreams(vm, vmmOf(vm, this.#host)),
        ...selection,
        follow: async () =>
          follow &&
          this.#host.clock.now() <= (request.untilMs ?? Infinity) &&
          (await this.#host.sandbox.observe(uid)).state === 'running',
      },
      signal,
    );
  }

  async attachment(query: string, signal: AbortSignal): Promise<VmAttachment> {
    return await attachmentOf(await this.#running(query, signal), this.#host, signal);
  }

  async sshTarget(query: string, request: SshRequest, op: ClientOperation): Promise<SshTarget> {
    return await sshTargetOf(await this.#running(query, op.signal), request, this.#host, op.signal);
  }

  async #running(query: string, signal: AbortSignal): Promise<Vm> {
    const vm = await this.find(query, signal);
    await assertRunning(vm, this.#host);
    return vm;
  }
}
