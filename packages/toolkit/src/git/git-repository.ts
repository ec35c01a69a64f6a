import { mkdir, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandResult, Runner } from '../process/runner.ts';
import { bytesLimit, filesLimit, isManifestPath, sourceError } from '../source/source.ts';
import type { RemoteRef } from './git-ref.ts';

export interface TreeFile {
  readonly path: string;
  readonly oid: string;
  readonly size: number;
}

export interface Submodule {
  readonly path: string;
  readonly commit: string;
}

/** What git makes last of a new repository. Without it, some of the repository may be missing. */
const lastMade = 'objects/info';

/**
 * git(1) on a private bare repository. Files are read from its objects, so nothing from a repository is ever
 * run. The environment determines which repository is `origin`.
 */
export class GitRepository {
  readonly dir: string;
  readonly #runner: Runner;
  readonly #env: Readonly<Record<string, string>>;

  constructor(dir: string, env: Readonly<Record<string, string>>, runner: Runner) {
    this.dir = dir;
    this.#env = env;
    this.#runner = runner;
  }

  /**
   * Creates the repository if needed, also one whose creation was killed, and removes the locks of a git that was killed.
   * The caller must have exclusive use of it.
   */
  async open(signal: AbortSignal): Promise<void> {
    await mkdir(this.dir, { recursive: true, mode: 0o700 });
    const left = (await readdir(this.dir, { recursive: true })).filter(
      (path) => path.endsWith('.lock') && !path.startsWith('objects/'),
    );
    await Promise.all(left.map((path) => rm(join(this.dir, path), { force: true })));
    if (!existsSync(join(this.dir, lastMade)))
      await this.git(['init', '--quiet', '--bare', '--template=', '.'], signal);
  }

  async listRemote(signal: AbortSignal): Promise<readonly RemoteRef[]> {
    const { stdout } = await this.git(['ls-remote', '--quiet', 'origin'], signal);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [commit = '', name = ''] = line.split('\t');
        return { commit, name };
      });
  }

  /**
   * Fetches a commit, or the commit that a ref stands for, whatever the repository contains already. Returns
   * the commit.
   */
  async fetch(what: string, signal: AbortSignal): Promise<string> {
    const args = ['fetch', '--quiet', '--no-tags', '--force', '--no-write-fetch-head', '--depth=1'];
    await this.git([...args, 'origin', `${what}:refs/gitops/fetched`], signal);
    const { stdout } = await this.git(['rev-parse', '--verify', 'refs/gitops/fetched^{commit}'], signal);
    return stdout.trim();
  }

  async hasCommit(commit: string, signal: AbortSignal): Promise<boolean> {
    const { stdout } = await this.git(['cat-file', '--batch-check'], signal, `${commit}\n`);
    return / commit \d+$/.test(stdout.trim());
  }

  /**
   * Lists the manifests and submodules of a commit. Symlinks and other files are left out.
   * @throws CodedError SOURCE_TOO_LARGE
   */
  async tree(
    commit: string,
    signal: AbortSignal,
  ): Promise<{ readonly files: readonly TreeFile[]; readonly submodules: readonly Submodule[] }> {
    const { stdout } = await this.git(['ls-tree', '-r', '-z', '-l', '--full-tree', commit], signal);
    const entries = stdout
      .split('\0')
      .filter(Boolean)
      .map((line) => {
        const tab = line.indexOf('\t');
        const [mode = '', , oid = '', size = ''] = line.slice(0, tab).split(/\s+/);
        return { mode, oid, size: Number(size), path: line.slice(tab + 1) };
      });
    const files = entries.filter(
      ({ mode, path }) => (mode === '100644' || mode === '100755') && isManifestPath(path),
    );
    const total = files.reduce((sum, { size }) => sum + size, 0);
    if (files.length > filesLimit || total > bytesLimit)
      throw sourceError(
        'SOURCE_TOO_LARGE',
        `it has ${files.length} manifests with ${total} bytes in total`,
        'split it, or use a smaller repository',
      );
    const submodules = entries
      .filter(({ mode }) => mode === '160000')
      .map(({ path, oid }) => ({ path, commit: oid }));
    return { files, submodules };
  }

  /** Returns the texts of blobs in the order of `oids`. */
  async readBlobs(oids: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
    if (oids.length === 0) return [];
    const parts: Buffer[] = [];
    const collect = (part: Buffer): number => parts.push(part);
    await this.git(['cat-file', '--batch'], signal, `${oids.join('\n')}\n`, {}, collect);
    return splitBatch(Buffer.concat(parts), oids.length);
  }

  /** Runs git in this repository. */
  async git(
    args: readonly string[],
    signal: AbortSignal,
    stdin?: string,
    env: Readonly<Record<string, string>> = {},
    onStdout?: (part: Buffer) => void,
  ): Promise<CommandResult> {
    return await this.#runner.run(
      {
        tool: 'git',
        args,
        cwd: this.dir,
        env: { ...this.#env, ...env },
        ...(stdin !== undefined && { stdin }),
        ...(onStdout && { onStdout }),
      },
      signal,
    );
  }
}

/** Pure. Splits the output of `git cat-file --batch` into contents. */
function splitBatch(output: Buffer, count: number): readonly string[] {
  const texts: string[] = [];
  let at = 0;
  while (texts.length < count) {
    const end = output.indexOf(0x0a, at);
    const size = Number(/ blob (\d+)$/.exec(output.toString('utf8', at, end))?.[1]);
    if (end === -1 || !Number.isInteger(size)) throw new Error('git cat-file ended too early');
    texts.push(output.toString('utf8', end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return texts;
}
