import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openWorkspace } from '../files/workspace.ts';
import { errorText } from '../errors/error-text.ts';
import { type Runner, ToolFailedError } from '../process/runner.ts';
import { sourceError } from '../source/source.ts';
import type { GitRepository } from './git-repository.ts';

export interface GitVerify {
  /** Files of OpenPGP public keys (armoured or binary) or of lines of an SSH `allowed_signers` file. */
  readonly keyFiles: readonly string[];
}

/**
 * Checks that a commit is signed by one of the keys. The keys are imported for this check alone.
 * @throws CodedError SOURCE_UNVERIFIED
 */
export async function verifyCommit(
  repository: GitRepository,
  commit: string,
  { keyFiles }: GitVerify,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  await using keyring = await openWorkspace(repository.dir, 'keyring-');
  const signers: string[] = [];
  const openPgp: Buffer[] = [];
  for (const file of keyFiles) {
    const content = await readKey(file);
    const text = content.toString('utf8');
    if (/^\S+ .*(ssh-|ecdsa-|sk-)/m.test(text) && !text.startsWith('-----')) signers.push(text.trimEnd());
    else openPgp.push(content);
  }
  const signersFile = join(keyring.path, 'allowed_signers');
  await writeFile(signersFile, signers.map((text) => `${text}\n`).join(''), { mode: 0o600 });
  const env = { GNUPGHOME: keyring.path };
  for (const key of openPgp)
    await runner.run({ tool: 'gpg', args: ['--batch', '--quiet', '--import'], stdin: key, env }, signal);
  try {
    const config = ['-c', `gpg.ssh.allowedSignersFile=${signersFile}`, '-c', 'gpg.minTrustLevel=undefined'];
    const { stderr } = await repository.git(
      [...config, 'verify-commit', '--raw', commit],
      signal,
      undefined,
      env,
    );
    // ssh-keygen also calls the signature of an unlisted key "good", but names no principal for it.
    if (/GOODSIG|VALIDSIG|Good "git" signature for /.test(stderr)) return;
    throw unverified(commit, new Error(stderr));
  } catch (failure) {
    throw failure instanceof ToolFailedError ? unverified(commit, failure) : failure;
  } finally {
    if (openPgp.length > 0)
      await runner.run({ tool: 'gpgconf', args: ['--kill', 'all'], env }, signal).catch(() => {});
  }
}

const unverified = (commit: string, cause: unknown) =>
  sourceError(
    'SOURCE_UNVERIFIED',
    `commit ${commit.slice(0, 12)} is not signed by any of the trusted keys`,
    'sign it with a trusted key, or add the key of the signer; objects that were applied before are kept',
    cause,
  );

async function readKey(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (failure) {
    throw sourceError(
      'SOURCE_UNVERIFIED',
      `cannot read a verification key: ${errorText(failure)}`,
      'use files that exist and that Ignite can read',
    );
  }
}
