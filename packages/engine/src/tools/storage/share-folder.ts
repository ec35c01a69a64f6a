import { existsSync } from 'node:fs';
import { chown, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import { decodeLogLine } from '../sandbox/console-log.ts';
import type { Sandbox, SandboxPrivileges, SandboxSpec } from '../sandbox/sandbox.ts';
import { shareFailed } from './errors.ts';
import type { VolumeFolder } from './resolve-volumes.ts';
import { findVirtiofsd, virtiofsdCommand, virtiofsdPrivileges } from './virtiofsd.ts';

/** The time limit for a program that hangs. A program that ends is noticed at once. */
const readyTimeoutMs = 60_000;
const pollMs = 10;

export interface Share {
  readonly folder: VolumeFolder;
  readonly vmUid: string;
  /** The folder of the VM's shares, in which each share has its own folder. */
  readonly sharesDir: string;
  /** The file that receives the program's output. */
  readonly logPath: string;
  /** The VMM's user, the only one who may connect. */
  readonly user: number;
  /** The memory limit. Guest pages that the program is the first to touch count as its own. */
  readonly memoryLimit: Bytes;
}

/** Returns the name of the sandbox that shares a folder. Its program ends by itself when its VMM does. */
export const shareUid = (vmUid: string, serial: string): string => `${vmUid}-${serial}`;

/**
 * Starts the program that serves a folder to a VMM. Resolves once it accepts connections.
 * @throws CodedError SHARE_FAILED, TOOL_MISSING
 */
export async function shareFolder(share: Share, sandbox: Sandbox, signal: AbortSignal): Promise<void> {
  const dir = join(share.sharesDir, share.folder.serial);
  await mkdir(dir, { recursive: true, mode: 0o711 });
  await mkdir(join(dir, 'lock'), { recursive: true, mode: 0o700 });
  const spec = shareSandbox(share, dir, findVirtiofsd(), await virtiofsdPrivileges());
  await sandbox.launch(spec, signal);
  const socket = join(dir, 'socket');
  const deadline = AbortSignal.timeout(readyTimeoutMs);
  while (!existsSync(socket)) {
    const { state } = await sandbox.observe(spec.uid);
    if (deadline.aborted || state === 'exited')
      throw shareFailed(share.folder.path, await lastWords(share.logPath));
    await delay(pollMs, undefined, { signal });
  }
  await chown(socket, share.user, share.user);
}

/** Pure. Returns the sandbox of the program that serves a folder. */
export function shareSandbox(
  { folder, vmUid, logPath, memoryLimit }: Share,
  dir: string,
  program: string,
  privileges: SandboxPrivileges,
): SandboxSpec {
  return {
    uid: shareUid(vmUid, folder.serial),
    // The runtime is conmon whatever isolates the VMM, because containers of other runtimes cannot be given
    // privileges.
    runtime: 'conmon',
    environ: {},
    argv: virtiofsdCommand(program, { folder: '/shared', socket: '/sockets/socket' }),
    user: 0,
    privileges,
    mounts: [
      { source: folder.path, target: '/shared', writable: !folder.readOnly, keepsOwner: true },
      { source: dir, target: '/sockets', writable: true },
      { source: join(dir, 'lock'), target: '/var/run/virtiofsd', writable: true },
    ],
    devices: [],
    memoryLimit,
    cpuLimit: 1,
    logPath,
    exitCommand: [],
  };
}

async function lastWords(logPath: string): Promise<string> {
  try {
    const lines = (await readFile(logPath, 'utf8')).split('\n').map(decodeLogLine);
    return lines.join('').trim().split('\n').at(-1) || 'its program printed nothing';
  } catch {
    return 'its program printed nothing';
  }
}
