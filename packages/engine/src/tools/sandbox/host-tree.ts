import { existsSync } from 'node:fs';

/** The folders of this host with shared libraries and data for programs. */
export interface HostTree {
  readonly readOnly: readonly string[];
}

const candidates = [
  '/usr/bin/qemu-system-x86_64',
  '/usr/bin/qemu-system-aarch64',
  '/usr/libexec/virtiofsd',
  '/usr/bin/perl',
  '/usr/lib',
  '/usr/lib64',
  '/lib',
  '/lib64',
  '/usr/share/qemu',
  '/usr/share/seabios',
  '/usr/share/perl5',
  '/etc/ld.so.cache',
];

/** Returns the folders that a VMM or its helpers need, as far as this host has them. */
export const hostTree = (): HostTree => ({ readOnly: candidates.filter(existsSync) });
