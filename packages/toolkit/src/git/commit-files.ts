import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitRepository } from './git-repository.ts';

export interface CommitRequest {
  /** The parent commit; `undefined` for the first commit of a branch. */
  readonly parent: string | undefined;
  /** The new contents by path; `undefined` removes the file. */
  readonly files: ReadonlyMap<string, string | undefined>;
  readonly message: string;
  /** An SSH private key that signs the commit. */
  readonly signingKeyFile: string | undefined;
}

const author = { name: 'GitOps', email: 'gitops@localhost' };

/** Creates a commit without a work tree. Returns the commit, or `undefined` if it would change nothing. */
export async function commitFiles(
  repository: GitRepository,
  { parent, files, message, signingKeyFile }: CommitRequest,
  signal: AbortSignal,
): Promise<string | undefined> {
  const index = join(repository.dir, 'commit-index');
  const env = { GIT_INDEX_FILE: index };
  await rm(index, { force: true });
  if (parent !== undefined) await repository.git(['read-tree', parent], signal, undefined, env);
  const lines: string[] = [];
  for (const [path, text] of files) {
    if (text === undefined) lines.push(`0 ${'0'.repeat(40)}\t${path}`);
    else {
      const { stdout } = await repository.git(['hash-object', '-w', '--stdin'], signal, text);
      lines.push(`100644 ${stdout.trim()}\t${path}`);
    }
  }
  await repository.git(['update-index', '-z', '--index-info'], signal, `${lines.join('\0')}\0`, env);
  const tree = (await repository.git(['write-tree'], signal, undefined, env)).stdout.trim();
  if (parent !== undefined) {
    const { stdout } = await repository.git(['rev-parse', `${parent}^{tree}`], signal);
    if (stdout.trim() === tree) return undefined;
  }
  const signing =
    signingKeyFile === undefined ? [] : ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${signingKeyFile}`];
  const { stdout } = await repository.git(
    [
      ...signing,
      'commit-tree',
      ...(signingKeyFile === undefined ? [] : ['-S']),
      ...(parent === undefined ? [] : ['-p', parent]),
      '-F',
      '-',
      tree,
    ],
    signal,
    `${message}\n`,
    {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_COMMITTER_NAME: author.name,
      GIT_COMMITTER_EMAIL: author.email,
    },
  );
  return stdout.trim();
}
