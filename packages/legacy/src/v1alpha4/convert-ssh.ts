import type { VmSsh } from '@ignite/api/v1/vm-ssh';
import type { VmSpec } from './vm-spec.ts';

type OriginalSsh = VmSpec['ssh'];

/** Pure. Converts the SSH access to v1. The original also understands the text `true`. */
export function sshToHub(ssh: OriginalSsh): VmSsh | undefined {
  if (ssh === true || ssh === 'true') return { generateKey: true };
  return typeof ssh === 'string' && ssh !== '' ? { authorizedKeysFile: ssh } : undefined;
}

/** Pure. Converts the SSH access from v1, as far as the original can say it. */
export const sshFromHub = (ssh: VmSsh | undefined): OriginalSsh =>
  ssh?.generateKey === true ? true : ssh?.authorizedKeysFile;

/** Pure. Returns what the original cannot say of the SSH access. */
export function keptOfSsh(ssh: VmSsh | undefined): Partial<VmSsh> {
  const { generateKey, authorizedKeysFile, authorizedKeys } = ssh ?? {};
  return {
    ...(generateKey === false && { generateKey }),
    ...(generateKey === true && authorizedKeysFile !== undefined && { authorizedKeysFile }),
    ...(authorizedKeys && { authorizedKeys }),
  };
}
