import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { SshTarget } from '@ignite/api/client/vm-client';
import type { Vm } from '@ignite/api/v1/vm';
import { sshOptions } from '../../guest/ssh-options.ts';
import { isSessionOpen, sessionPath } from '../../guest/ssh-session.ts';
import { vmFiles, vmRunFiles, vmmSockets } from '../../host/paths.ts';
import { readTail } from '../../host/read-tail.ts';
import { consoleUnsupported, isPaused, noIdentity, noSshKey, notRunning } from '../errors.ts';
import { parseGuestReports } from '../plan/exit-status.ts';
import type { VmHost } from '../vm-host.ts';
import { vmmOf } from '../vmm-of.ts';
import { addressOf, untilReady } from './await-vm.ts';

const socketPollMs = 10;
const reportPollMs = 50;

/**
 * Checks that a VM runs.
 * @throws CodedError VM_NOT_RUNNING
 */
export async function assertRunning({ metadata: { uid, name } }: Vm, { sandbox }: VmHost): Promise<void> {
  if ((await sandbox.observe(uid)).state !== 'running') throw notRunning(name);
}

/**
 * Waits until a VM's init or entrypoint is about to start.
 * @throws CodedError VM_NOT_RUNNING
 */
export async function untilHandedOver(vm: Vm, host: VmHost, signal: AbortSignal): Promise<void> {
  const { exitStatus } = vmFiles(host.paths, vm.metadata.uid);
  while (!parseGuestReports(await readTail(exitStatus)).some(({ kind }) => kind === 'ready')) {
    await assertRunning(vm, host);
    await delay(reportPollMs, undefined, { signal });
  }
}

/**
 * Returns the path of the socket that is a VM's console.
 * @throws CodedError VM_NOT_RUNNING, CONSOLE_UNSUPPORTED
 */
export async function consoleSocketOf(vm: Vm, host: VmHost, signal: AbortSignal): Promise<string> {
  const { uid, name } = vm.metadata;
  const { capabilities, name: vmm } = vmmOf(vm, host);
  if (!capabilities.consoleInput) throw consoleUnsupported(name, vmm);
  const path = vmmSockets(host.paths, uid).console;
  while (!existsSync(path)) {
    await assertRunning(vm, host); // a VMM that has only just started has not created it yet
    await delay(socketPollMs, undefined, { signal });
  }
  return path;
}

export interface SshRequest {
  readonly timeoutMs: number;
  readonly identity?: string;
}

/**
 * Waits until SSH answers, and returns how to reach the VM.
 * @throws CodedError SSH_NO_KEY, SSH_UNREACHABLE
 */
export async function sshTargetOf(
  vm: Vm,
  request: SshRequest,
  host: VmHost,
  signal: AbortSignal,
): Promise<SshTarget> {
  const { uid, name } = vm.metadata;
  if (vm.status.phase === 'Paused') throw isPaused(name);
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
