import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { SandboxPrivileges } from '../sandbox/sandbox.ts';

/** QEMU's own (Debian 12, Ubuntu 22.04), and the one that came after it. */
export const virtiofsdPrograms: readonly string[] = [
  '/usr/lib/qemu/virtiofsd',
  '/usr/libexec/virtiofsd',
  '/usr/lib/virtiofsd',
];

/** It has each file open that a guest knows; more than this is more than any guest remembers. */
const openFilesLimit = 1_000_000;

/**
 * To act for each of the guest's users, within the folder that is its whole world. It can make neither device nodes nor
 * files with privileges.
 */
const capabilities = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_SETGID',
  'CAP_SETUID',
  // With these two it shuts itself in and drops them, before it hears anything of the guest.
  'CAP_SETPCAP',
  'CAP_SYS_CHROOT',
];

export async function virtiofsdPrivileges(): Promise<SandboxPrivileges> {
  const ours = /^Max open files\s+\d+\s+(\d+)/m.exec(await readFile('/proc/self/limits', 'utf8'))?.[1];
  return { capabilities, openFiles: Math.min(openFilesLimit, Number(ours ?? openFilesLimit)) };
}

/** @throws CodedError TOOL_MISSING */
export function findVirtiofsd(): string {
  const program = virtiofsdPrograms.find(existsSync);
  if (program !== undefined) return program;
  throw new CodedError('TOOL_MISSING', 'the program "virtiofsd" is not installed', {
    hint: 'install the package virtiofsd, or on Debian 12 qemu-system-common; "ignite doctor" shows more',
  });
}

/** Pure. Its command line, in the options that both programs of that name know. */
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
