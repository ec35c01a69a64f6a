import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import type { Runner } from '@ignite/toolkit/process/runner';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import type { VmFiles } from '../host/paths.ts';

/**
 * Creates the keys for a VM's SSH: the user's key pair if
 * `userKey` is set, and the guest's host key, which is pinned in `known_hosts` under the VM's uid.
 * `known_hosts` is written last, so its presence means that everything is there.
 */
export async function createSshKeys(
  vm: { readonly uid: string; readonly userKey: boolean; readonly files: VmFiles },
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  // A key that exists already came with an imported VM.
  const isUserKeyDue = vm.userKey && !existsSync(vm.files.privateKey);
  await Promise.all([
    isUserKeyDue && generateKey(vm.files.privateKey, `ignite-${vm.uid}`, runner, signal),
    generateKey(vm.files.hostKey, `host-${vm.uid}`, runner, signal),
  ]);
  await pinHostKey(vm);
}

/**
 * Gives a VM the keys of another one, whose identity its guest keeps. Of one that has none, there is nothing to take.
 */
export async function adoptSshKeys(
  vm: { readonly uid: string; readonly files: VmFiles },
  of: VmFiles,
): Promise<void> {
  for (const name of ['privateKey', 'hostKey'] as const) {
    if (!existsSync(of[name])) continue;
    for (const suffix of ['', '.pub'])
      await replaceFile(`${vm.files[name]}${suffix}`, await readFile(`${of[name]}${suffix}`), 0o600);
  }
  await pinHostKey(vm);
}

async function pinHostKey({ uid, files }: { readonly uid: string; readonly files: VmFiles }): Promise<void> {
  const hostKey = (await readFile(`${files.hostKey}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
  await replaceFile(files.knownHosts, `${uid} ${hostKey}\n`, 0o600);
}

async function generateKey(
  path: string,
  comment: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const draft = `${path}.draft`;
  await Promise.all([draft, `${draft}.pub`].map((file) => rm(file, { force: true })));
  await runner.run(
    { tool: 'ssh-keygen', args: ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', draft] },
    signal,
  );
  await rename(`${draft}.pub`, `${path}.pub`);
  await rename(draft, path);
}
