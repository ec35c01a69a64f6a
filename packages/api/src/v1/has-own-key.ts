import type { VmSsh } from './vm-ssh.ts';

/** Tells whether this host has a key with which its commands log in to the VM. */
export const hasOwnKey = ({ ssh }: { readonly ssh?: VmSsh | undefined }): boolean =>
  ssh?.generateKey === true;
