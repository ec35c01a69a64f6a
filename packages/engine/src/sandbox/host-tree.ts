import { existsSync } from 'node:fs';

/** Where a program finds its shared libraries and its data on this host. */
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

/** What a VMM, or what serves it, needs of this host; what this host has not is left out. */
export const hostTree = (): HostTree => ({ readOnly: candidates.filter(existsSync) });
