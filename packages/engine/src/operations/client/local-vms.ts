import { existsSync } from 'node:fs';
import type { Finder } from '@ignite/api/client/finder';
import type { ClientOperation } from '@ignite/api/client/progress';
import { timed } from '@ignite/api/client/timed';
import type {
  CreateVmRequest,
  LogPart,
  LogsRequest,
  ObservedVm,
  RestartVmRequest,
  StartVmRequest,
  StopVmRequest,
  VmClient,
  WishedDefinition,
} from '@ignite/api/client/vm-client';
import type { AttachRequest, ExecRequest, ExecSession, VmAttachment } from '@ignite/api/client/vm-streams';
import { hasOwnKey } from '@ignite/api/v1/has-own-key';
import type { Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { redefineVm } from '../declare/redefine-vm.ts';
import { vmFiles } from '../../tools/host/paths.ts';
import { isTypeIgnored } from '../../tools/doctor/preflight.ts';
import { shadowingNetwork } from '../../tools/network/shadowing-network.ts';
import { execInGuest } from '../../tools/guest/exec-in-guest.ts';
import type { GuestShell } from '../../tools/guest/guest-shell.ts';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { isOwn } from '../../tools/store/own-vms.ts';
import { withVmLocked } from '../../tools/store/vm-lock.ts';
import { findVm, vmFinalizer } from '../../tools/store/vm-objects.ts';
import { asBooted } from '../../vm/as-booted.ts';
import { assertStartable } from '../../vm/definition/assert-startable.ts';
import { validateRequest } from '../../vm/definition/create-vm.ts';
import { recordPlugin, recordRuntime } from '../../vm/definition/vm-runtime.ts';
import { vmDisk } from '../../vm/disks/vm-disk.ts';
import { runsEntrypoint } from '../../vm/entrypoint.ts';
import { stillRunning } from '../../vm/errors.ts';
import { untilExited, untilReady } from '../../vm/lifecycle/await-vm.ts';
import { findAbandoned, removeAbandoned } from '../../vm/lifecycle/remove-abandoned.ts';
import { pauseVm, resumeVm, suspendVm } from '../../vm/lifecycle/pause-vm.ts';
import { type ShellRequest, assertRunning, attachTo, shellOf } from '../../vm/lifecycle/reach-vm.ts';
import { restartWhenDue, settleVm } from '../../vm/lifecycle/settle-vm.ts';
import { reconciled, startVm, writeWish } from '../../vm/lifecycle/start-vm.ts';
import { isSaved } from '../../vm/observe/liveness.ts';
import { readConsole } from '../../vm/observe/console.ts';
import { allottedMemoryOf } from '../../vm/plan/allotted-memory.ts';
import type { LaunchOptions } from '../../vm/launch-options.ts';
import { untilMemoryGiven } from '../../vm/steps/guest-memory.ts';
import { recordReady } from '../../vm/steps/vm-events.ts';
import { unjudged } from '../../vm/unjudged.ts';
import { vmmOf } from '../../vm/vmm-of.ts';
import { createVm } from './create-vm.ts';
import type { EnginePorts } from '../../vm/engine-ports.ts';

const defaultGraceMs = 30_000;
/**
 * The default time for SSH to answer. An emulated guest on a busy host may take minutes, while a guest
 * without an SSH server reports that at once.
 */
const sshTimeoutMs = 600_000;
/** The time that a client has to attach to a VM that it has started, even on a busy host. */
const attachSeconds = 30;

/** Manages the VMs of this host. */
export class LocalVms implements VmClient {
  readonly #host: EnginePorts;
  readonly #read: Finder<Vm>;

  constructor(host: EnginePorts, read: Finder<Vm>) {
    this.#host = host;
    this.#read = read;
  }

  /** Returns the same VMs as ones in whose changes nobody else has a say. */
  unjudged(): LocalVms {
    return new LocalVms(unjudged(this.#host), this.#read);
  }

  list(signal: AbortSignal): Promise<readonly Vm[]> {
    return this.#read.list(signal);
  }

  find(query: string, signal: AbortSignal): Promise<Vm> {
    return this.#read.find(query, signal);
  }

  async findRemovable(query: string, signal: AbortSignal): Promise<Vm> {
    try {
      return await this.find(query, signal);
    } catch (failure) {
      if (!hasCode(failure, 'VM_ELSEWHERE')) throw failure;
      return await findAbandoned(query, failure, this.#host);
    }
  }

  create(request: CreateVmRequest, op: ClientOperation): Promise<Vm> {
    return createVm(request, this.#host, op);
  }

  async start(query: string, request: StartVmRequest, op: ClientOperation): Promise<Vm> {
    const ignored = request.ignorePreflightChecks ?? [];
    const host = this.#hostFor(ignored);
    const vm = await withVmLocked(query, host, op.signal, async (asked) => {
      const ofRuntime = await recordRuntime(asked, request.runtime, host, op);
      const found = await recordPlugin(ofRuntime, request.networkPlugin, host);
      const isDown = (await host.sandbox.observe(found.metadata.uid)).state !== 'running';
      const goesOn = request.cold !== true && isSaved(found, host.paths);
      if (isDown) await timed('check host', op, () => this.#assertStartable(found, { goesOn, ignored }));
      const options = {
        cold: request.cold === true,
        keepFailed: request.keepFailed === true,
        ...launchOptions(found, request),
      };
      return await startVm(found, options, host, op);
    });
    return await this.untilReady(vm, request, op);
  }

  async restart(query: string, request: RestartVmRequest, op: ClientOperation): Promise<Vm> {
    const { ignorePreflightChecks = [] } = request;
    const host = this.#hostFor(ignorePreflightChecks);
    const vm = await withVmLocked(query, host, op.signal, async (found) => {
      const isUp = (await this.#host.sandbox.observe(found.metadata.uid)).state === 'running';
      // The ports of a VM that is up are taken by itself.
      const ignored = isUp ? [...ignorePreflightChecks, 'Port'] : ignorePreflightChecks;
      await assertStartable(found, ignored, this.#host);
      const keepFailed = request.keepFailed === true;
      const options = { keepFailed, graceMs: graceMsOf(request), restart: true };
      return await startVm(found, options, host, op);
    });
    return await this.untilReady(vm, request, op);
  }

  /**
   * Checks that the host is ready to start a VM. A guest that goes on has the machine of its boot, and the ports of a suspended VM are
   * taken by itself.
   * @throws CodedError PREFLIGHT_FAILED
   */
  async #assertStartable(
    vm: Vm,
    { goesOn, ignored }: { readonly goesOn: boolean; readonly ignored: readonly string[] },
  ): Promise<void> {
    if (goesOn) await assertStartable(asBooted(vm), [...ignored, 'Port'], this.#host);
    else await assertStartable(vm, ignored, this.#host);
  }

  /** Returns the host as a start uses it that ignores some checks. */
  #hostFor(ignored: readonly string[]): EnginePorts {
    return isTypeIgnored('Port', ignored)
      ? { ...this.#host, network: shadowingNetwork(this.#host.network) }
      : this.#host;
  }

  /** Waits until the SSH of a VM that has one answers, and returns the VM as it is stored then. */
  async untilReady(vm: Vm, request: StartVmRequest, op: ClientOperation): Promise<Vm> {
    if (hasOwnKey(vm.spec)) {
      op.report({ kind: 'step', message: `Waiting for SSH on ${vm.metadata.name}` });
      const { sshTimeoutMs: timeoutMs = sshTimeoutMs } = request;
      const wait = { timeoutMs, endsWithoutServer: request.sshTimeoutMs === undefined };
      await timed('wait for SSH', op, () => untilReady(vm, wait, this.#host, op.signal));
      await recordReady(vm, this.#host);
    }
    return await findVm(this.#host.objects, vm.metadata.uid);
  }

  async stop(query: string, request: StopVmRequest, op: ClientOperation): Promise<Vm> {
    return await withVmLocked(query, this.#host, op.signal, async (found) => {
      const wanted = await writeWish(found, { power: 'Stopped' }, this.#host);
      return await reconciled(wanted, { graceMs: graceMsOf(request) }, this.#host, op);
    });
  }

  async pause(query: string, op: ClientOperation): Promise<Vm> {
    return await withVmLocked(query, this.#host, op.signal, (found) => pauseVm(found, this.#host, op));
  }

  async suspend(query: string, op: ClientOperation): Promise<Vm> {
    return await withVmLocked(query, this.#host, op.signal, (found) => suspendVm(found, this.#host, op));
  }

  async resume(query: string, op: ClientOperation): Promise<Vm> {
    return await withVmLocked(query, this.#host, op.signal, (found) => resumeVm(found, this.#host, op));
  }

  async remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Vm> {
    const found = await this.findRemovable(query, op.signal);
    if (isOwn(found, this.#host.self)) return await this.#removeOwn(found.metadata.uid, request, op);
    await removeAbandoned(found, request, this.#host);
    return found;
  }

  async #removeOwn(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Vm> {
    return await withVmLocked(query, this.#host, op.signal, async (found) => {
      const { name, uid } = found.metadata;
      const isRunning = (await this.#host.sandbox.observe(uid)).state === 'running';
      const isRestarting = found.status.phase === 'Restarting';
      if ((isRunning || isRestarting) && !request.force)
        throw stillRunning(name, isRunning ? 'running' : 'restarting');
      const leaving = await vmsIn(this.#host.objects).delete(found.metadata);
      // Nothing was made for a VM that nobody has reconciled.
      if (!leaving?.metadata.finalizers.includes(vmFinalizer)) return found;
      return await reconciled(leaving, {}, this.#host, op);
    });
  }

  async observe(signal: AbortSignal): Promise<readonly ObservedVm[]> {
    const vms = await this.list(signal);
    return vms.map((vm) => ({
      vm,
      hasDisk: existsSync(vmDisk(vm, this.#host).path),
      resizesMemory: vmmOf(vm, this.#host).capabilities.balloon,
    }));
  }

  async redefine(query: string, wanted: WishedDefinition, op: ClientOperation): Promise<Vm> {
    const { spec } = await validateRequest({ spec: wanted.spec });
    let isToGive = false;
    const redefined = await withVmLocked(query, this.#host, op.signal, async (found) => {
      const vm = await redefineVm(found, { ...wanted, spec }, this.#host, op);
      isToGive =
        !wanted.wish && vm.status.phase === 'Running' && allottedMemoryOf(vm) < allottedMemoryOf(found);
      return vm;
    });
    if (isToGive) await untilMemoryGiven(redefined, this.#host, op);
    return redefined;
  }

  async reconcile(query: string, op: ClientOperation): Promise<Vm> {
    const vm = await withVmLocked(query, this.#host, op.signal, async (found) => {
      const isDown = (await this.#host.sandbox.observe(found.metadata.uid)).state !== 'running';
      const isToStart = found.spec.power !== 'Stopped' && found.spec.power !== 'Suspended';
      const goesOn = isSaved(found, this.#host.paths);
      if (isDown && isToStart) await this.#assertStartable(found, { goesOn, ignored: [] });
      return await reconciled(found, { retryNow: true }, this.#host, op);
    });
    return vm.status.phase === 'Running' ? await this.untilReady(vm, {}, op) : vm;
  }

  /** Reconciles a VM that may have ended, and again when its restart is due, unless a daemon was faster. */
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
        isTerminal: vm.spec.tty === true || !runsEntrypoint(vm),
        ...selection,
        follow: async () =>
          follow &&
          this.#host.clock.now() <= (request.untilMs ?? Infinity) &&
          (await this.#host.sandbox.observe(uid)).state === 'running',
      },
      signal,
    );
  }

  async attach(query: string, request: AttachRequest, signal: AbortSignal): Promise<VmAttachment> {
    return await attachTo(await this.#running(query, signal), request, this.#host, signal);
  }

  async exec(
    query: string,
    { line, streams, ...request }: ExecRequest,
    op: ClientOperation,
  ): Promise<ExecSession> {
    const shell = await this.shell(query, request, op);
    return execInGuest(shell, { streams, ...(line !== undefined && { line }) }, op.signal);
  }

  /**
   * Waits until a VM can run commands, and returns how.
   * @throws CodedError VM_NOT_RUNNING, SSH_NO_KEY, SSH_UNREACHABLE, GUEST_SILENT
   */
  async shell(query: string, request: ShellRequest, op: ClientOperation): Promise<GuestShell> {
    return await shellOf(await this.#running(query, op.signal), request, this.#host, op);
  }

  async #running(query: string, signal: AbortSignal): Promise<Vm> {
    const vm = await this.find(query, signal);
    await assertRunning(vm, this.#host);
    return vm;
  }
}

/** Whoever attaches does so once the start has ended, which for some VMs is when SSH answers. */
function launchOptions(
  { spec }: Vm,
  { attaches = false, sshTimeoutMs: sshMs = sshTimeoutMs }: StartVmRequest,
): LaunchOptions {
  if (!attaches) return {};
  return { awaitClientSeconds: attachSeconds + (hasOwnKey(spec) ? Math.ceil(sshMs / 1_000) : 0) };
}

const graceMsOf = ({ force, timeoutMs = defaultGraceMs }: StopVmRequest): number => (force ? 0 : timeoutMs);
