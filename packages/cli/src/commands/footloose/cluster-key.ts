import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { localRunner } from '@ignite/toolkit/process/local-runner';

/** Makes the key of a cluster if it does not exist, as Footloose does, and returns the public key. */
export async function ensureClusterKey(
  path: string,
  cluster: string,
  { onMissing, signal }: { readonly onMissing: () => void; readonly signal: AbortSignal },
): Promise<string> {
  if (!existsSync(path)) {
    onMissing();
    const comment = `${cluster}@footloose.mail`;
    const args = ['-q', '-t', 'rsa', '-b', '4096', '-C', comment, '-f', path, '-N', ''];
    await localRunner.run({ tool: 'ssh-keygen', args }, signal);
  }
  // A command that was killed may have left the private key alone.
  if (!existsSync(`${path}.pub`)) {
    const args = ['-y', '-P', '', '-f', path];
    const { stdout } = await localRunner.run({ tool: 'ssh-keygen', args }, signal);
    await writeFile(`${path}.pub`, stdout);
  }
  return (await readFile(`${path}.pub`, 'utf8')).trim();
}
