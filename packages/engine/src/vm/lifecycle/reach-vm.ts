import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { AttachRequest, VmAttachment } from '@ignite/api/client/vm-streams';
import type { Vm } from '@ignite/api/v1/vm';
import { connectConsole, connectStreams } from '../../tools/guest/guest-streams.ts';
import type { GuestShell } from '../../tools/guest/guest-shell.ts';
import { sshOptions } from '../../tools/guest/ssh-options.ts';
import { isSessionOpen, sessionPath } from '../../tools/guest/ssh-session.ts';
import type { SshTarget } from '../../tools/guest/ssh-target.ts';
import { streamSockets, vmFiles, vmRunFiles, vmmSockets } from '../../tools/host/paths.ts';
import { consoleUnsupported, isPaused, noIdentity, noSshKey, notRunning } from '../errors.ts';
import { runsEntrypoint } from '../entrypoint.ts';
import { hasCommandPorts } from '../observe/command-ports.ts';
import { serveCommands } from '../steps/serve-commands.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';
import { addressOf, untilReady } from './await-vm.ts';

const socketPollMs = 10;

/**
 * Checks that a VM runs.
 * @throws CodedError VM_NOT_RUNNING
 */
export async function assertRunning({ metadata: { uid, name } }: Vm, { sandbox }: VmPorts): Promise<void> {
  if ((await sandbox.observe(uid)).state !== 'running') throw notRunning(name);
}

/**
 * Connects with what a VM runs, once its sockets exist, until the attachment is disposed or `signal` aborts.
 * @throws CodedError VM_NOT_RUNNING, CONSOLE_UNSUPPORTED
 */
export async function attachTo(
  vm: Vm,
  { since }: AttachRequest,
  host: VmPorts,
  signal: AbortSignal,
): Promise<VmAttachment> {
  const { uid, name } = vm.metadata;
  if (runsEntrypoint(vm)) {
    const sockets = streamSockets(host.paths, uid);
    for (const socket of Object.values(sockets)) await untilThere(socket, vm, host, signal);
    return await connectStreams(sockets, { since, isTerminal: vm.spec.tty ?? false }, signal);
  }
  const vmm = vmmOf(vm, host);
  if (!vmm.capabilities.consoleInput) throw consoleUnsupported(name, vmm.name);
  const socket = vmmSockets(host.paths, uid).console;
  await untilThere(socket, vm, host, signal);
  return await connectConsole(socket, signal);
}

/** Waits for the socket of a VM that may have only just been started. */
async function untilThere(socket: string, vm: Vm, host: VmPorts, signal: AbortSignal): Promise<void> {
  while (!existsSync(socket)) {
    await assertRunning(vm, host);
    await delay(socketPollMs, undefined, { signal });
  }
}

export interface ShellRequest {
  readonly timeoutMs: number;
  readonly identity?: string;
}

/**
 * Waits until a VM can run commands, and returns how: over SSH if there is a key for it, and over the guest's channel otherwise.
 * @throws CodedError VM_PAUSED, SSH_NO_KEY, SSH_UNREACHABLE, GUEST_SILENT
 */
export async function shellOf(
  vm: Vm,
  request: ShellRequest,
  host: VmPorts,
  op: ClientOperation,
): Promise<GuestShell> {
  if (vm.status.phase === 'Paused') throw isPaused(vm.metadata.name);
  const hasKey =
    request.identity !== undefined || existsSync(vmFiles(host.paths, vm.metadata.uid).privateKey);
  if (hasKey || !hasCommandPorts(vm, host.paths))
    return { kind: 'ssh', ...(await sshTargetOf(vm, request, host, op.signal)) };
  await serveCommands(vm, request.timeoutMs, host, op);
  return {
    kind: 'channel',
    program: host.commandProgram,
    locks: vmRunFiles(host.paths, vm.metadata.uid).dir,
    sockets: vmmSockets(host.paths, vm.metadata.uid).commands,
    timeoutMs: request.timeoutMs,
  };
}

/**
 * Waits until SSH answers, and returns how to reach the VM.
 * @throws CodedError SSH_NO_KEY, SSH_UNREACHABLE
 */
async function sshTargetOf(
  vm: Vm,
  request: ShellRequest,
  host: VmPorts,
  signal: AbortSignal,
): Promise<SshTarget> {
  const { uid, name } = vm.metadata;
  const files = vmFiles(host.paths, uid);
  const identity = request.identity ?? files.privateKey;
  if (!existsSync(identity)) throw request.identity === undefined ? noSshKey(name) : noIdentity(identity);
  // A key that the user names is tried each time, so its connection is not shared.
  const session =
    request.identity === undefined ? sessionPath(vmRunFiles(host.paths, uid).sshSession) : undefined;
  if (session === undefined || !isSessionOpen(session))
    await untilReady(vm, { timeoutMs: request.timeoutMs }, host, signal);
  const args = sshOptions({
    uid,
    knownHosts: files.knownHosts,
    identity,
    ...(session !== undefined && { session }),
  });
  return { address: addressOf(vm), user: 'root', args };
}
