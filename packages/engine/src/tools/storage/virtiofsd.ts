import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { SandboxPrivileges } from '../sandbox/sandbox.ts';

/** The paths of QEMU's own virtiofsd (Debian 12, Ubuntu 22.04) and of its successor. */
export const virtiofsdPrograms: readonly string[] = [
  '/usr/lib/qemu/virtiofsd',
  '/usr/libexec/virtiofsd',
  '/usr/lib/virtiofsd',
];

/**
 * The limit of open files. virtiofsd keeps every file open that a guest knows, and no guest remembers more
 * than this.
 */
const openFilesLimit = 1_000_000;

/**
 * The capabilities by which it acts for each of the guest's users, within the shared folder as its root. It
 * can create neither device nodes nor files with privileges.
 */
const capabilities = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_SETGID',
  'CAP_SETUID',
  // With these two it confines itself. It drops them before it reads anything from the guest.
  'CAP_SETPCAP',
  'CAP_SYS_CHROOT',
];

export async function virtiofsdPrivileges(): Promise<SandboxPrivileges> {
  const ours = /^Max open files\s+\d+\s+(\d+)/m.exec(await readFile('/proc/self/limits', 'utf8'))?.[1];
  return { capabilities, openFiles: Math.min(openFilesLimit, Number(ours ?? openFilesLimit)) };
}

/**
 * Returns the path of the installed virtiofsd.
 * @throws CodedError TOOL_MISSING
 */
export function findVirtiofsd(): string {
  const program = virtiofsdPrograms.find(existsSync);
  if (program !== undefined) return program;
  throw new CodedError('TOOL_MISSING', 'the program "virtiofsd" is not installed', {
    hint: 'install the package virtiofsd, or on Debian 12 qemu-system-common; "ignite doctor" shows more',
  });
}

/** Pure. Returns the command line, with options that both programs support. */
export function virtiofsdCommand(
  program: string,
  at: { readonly folder: string; readonly socket: string },
): readonly string[] {
  const options = ['sandbox=chroot', 'cache=auto', 'modcaps=-mknod:-setfcap', 'log_level=err'];
  return [
    program,
    `--socket-path=${at.socket}`,
    '--rlimit-nofile=0',
    ...['-o', `source=${at.folder}`],
    ...options.flatMap((option) => ['-o', option]),
  ];
}
