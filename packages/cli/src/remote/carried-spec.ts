import { readFile } from 'node:fs/promises';
import { notRemote } from '@ignite/api/remote/not-remote';
import type { VmFile } from '@ignite/api/vm-file';
import { fileFault } from '../files/file-fault.ts';
import { usageError } from '../arguments/usage-error.ts';
import { assertAbsoluteSources } from './assert-absolute-sources.ts';

/**
 * Returns the spec of a VM of another host in which the files of this one are replaced by what they hold.
 * @throws CodedError NOT_REMOTE, USAGE_INVALID
 */
export async function carriedSpec(spec: VmFile['spec']): Promise<VmFile['spec']> {
  if ((spec.copyFiles ?? []).length > 0)
    throw notRemote('copying files at first boot', 'omit --copy-files, and use "ignite cp" once the VM runs');
  assertAbsoluteSources(spec);
  const { authorizedKeysFile: path, ...ssh } = spec.ssh ?? {};
  if (path === undefined) return spec;
  return {
    ...spec,
    ssh: { ...ssh, authorizedKeys: [...(ssh.authorizedKeys ?? []), ...(await keysIn(path))] },
  };
}

async function keysIn(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch((failure: unknown) => {
    throw usageError(`cannot read the public key ${path}: ${fileFault(failure)}`, 'check --ssh');
  });
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
