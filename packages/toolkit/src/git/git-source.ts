import { posix } from 'node:path';
import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import type { Operation } from '../async/operation.ts';
import { acquireLock } from '../lock/process-lock.ts';
import type { Runner } from '../process/runner.ts';
import {
  type FetchEvent,
  type Revision,
  type Source,
  type SourceFile,
  sourceError,
} from '../source/source.ts';
import { type GitAuth, gitEnvironment } from './git-auth.ts';
import { explainGit } from './git-errors.ts';
import { type GitRef, chooseRef } from './git-ref.ts';
import { GitRepository, type Submodule } from './git-repository.ts';
import { publicUrl } from './git-url.ts';
import { type GitVerify, verifyCommit } from './git-verify.ts';

export interface GitSourceOptions {
  readonly url: string;
  readonly ref: GitRef;
  readonly auth: GitAuth;
  /** A commit that fails this check is never used. */
  readonly verify?: GitVerify;
  /** Fetches submodules too. Credentials are sent for those on the same server only. */
  readonly submodules: boolean;
  readonly timeoutMs: number;
  /** A private folder, where fetched objects are kept. */
  readonly cacheDir: string;
}

const submoduleDepth = 3;

/**
 * A Git repository as a source. Each fetch takes what the server has now. It makes no difference whether
 * history was rewritten, or a branch was moved, or deleted and created again.
 */
export class GitSource implements Source {
  readonly #options: GitSourceOptions;
  readonly #runner: Runner;
  #last: Revision | undefined;

  constructor(options: GitSourceOptions, runner: Runner) {
    this.#options = options;
    this.#runner = runner;
  }

  async fetch(op: Operation<FetchEvent>): Promise<Revision> {
    return await this.#inTime(op.signal, (repository, signal) => this.#fetch(repository, signal, op));
  }

  /**
   * Looks whether the repository is there and lets us in, and at nothing in it.
   * @throws CodedError with one of `SourceErrorCode`
   */
  async reach(signal: AbortSignal): Promise<void> {
    await this.#inTime(signal, (repository, until) => repository.listRemote(until));
  }

  async #inTime<T>(
    signal: AbortSignal,
    work: (repository: GitRepository, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { url, timeoutMs } = this.#options;
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const until = AbortSignal.any([signal, timeout]);
      return await this.withRepository(until, (repository) => work(repository, until));
    } catch (failure) {
      signal.throwIfAborted();
      throw explainGit(failure, url, timeoutMs / 1_000, timeout.aborted);
    }
  }

  /** Runs `work` with exclusive use of the local repository and an environment that reaches the server. */
  async withRepository<T>(signal: AbortSignal, work: (repository: GitRepository) => Promise<T>): Promise<T> {
    const { url, cacheDir } = this.#options;
    await mkdir(cacheDir, { recursive: true, mode: 0o700 });
    using _lock = await acquireLock(cacheDir, 'repository', signal);
    const repository = await this.#repository(url, signal);
    await repository.open(signal);
    return await work(repository);
  }

  /** Opens the local copy, with `url` as its origin. */
  async #repository(url: string, signal: AbortSignal): Promise<GitRepository> {
    const { url: source, auth, cacheDir: dir } = this.#options;
    const env = await gitEnvironment({ source, auth, url, dir }, this.#runner, signal);
    return new GitRepository(join(dir, 'repository'), env, this.#runner);
  }

  async #fetch(repository: GitRepository, signal: AbortSignal, op: Operation<FetchEvent>): Promise<Revision> {
    const { url, ref, verify } = this.#options;
    const refs = await repository.listRemote(signal);
    if (refs.length === 0 && ref.commit === undefined) throw empty(url);
    const chosen = chooseRef(ref, refs);
    if (!chosen) throw refMissing(url, ref);
    if (chosen.commit !== undefined && this.#last?.commit === chosen.commit) return this.#last;
    const isHere = chosen.commit !== undefined && (await repository.hasCommit(chosen.commit, signal));
    if (!isHere) op.report({ kind: 'step', message: `Fetching ${publicUrl(url)}` });
    const commit = isHere ? chosen.commit! : await repository.fetch(chosen.fetch, signal);
    if (verify) await verifyCommit(repository, commit, verify, this.#runner, signal);
    const files = await this.#read(repository, url, commit, signal, 0);
    this.#last = { id: `${chosen.label}@sha1:${commit}`, commit, files };
    return this.#last;
  }

  async #read(
    repository: GitRepository,
    url: string,
    commit: string,
    signal: AbortSignal,
    depth: number,
  ): Promise<readonly SourceFile[]> {
    const { files, submodules } = await repository.tree(commit, signal);
    const known = new Map(this.#last?.files.map((file) => [file.digest, file.text]));
    const missing = files.filter(({ oid }) => !known.has(oid));
    const texts = await repository.readBlobs(
      missing.map(({ oid }) => oid),
      signal,
    );
    for (const [at, { oid }] of missing.entries()) known.set(oid, texts[at]!);
    const own = files.map(({ path, oid }) => ({ path, digest: oid, text: known.get(oid)! }));
    if (!this.#options.submodules || submodules.length === 0) return own;
    if (depth >= submoduleDepth)
      throw sourceError(
        'SOURCE_INVALID',
        `submodules are nested more than ${submoduleDepth} deep`,
        'flatten them',
      );
    const urls = await submoduleUrls(repository, commit, url, signal);
    const below: SourceFile[] = [];
    for (const module of submodules) below.push(...(await this.#readSubmodule(module, urls, signal, depth)));
    return [...own, ...below];
  }

  async #readSubmodule(
    { path, commit }: Submodule,
    urls: ReadonlyMap<string, string>,
    signal: AbortSignal,
    depth: number,
  ): Promise<readonly SourceFile[]> {
    const url = urls.get(path);
    if (url === undefined)
      throw sourceError(
        'SOURCE_INVALID',
        `.gitmodules does not name the submodule "${path}"`,
        'mend .gitmodules',
      );
    const repository = await this.#repository(url, signal);
    if (!(await repository.hasCommit(commit, signal)))
      await repository.fetch(commit, signal).catch((failure: unknown) => {
        throw explainGit(failure, url, this.#options.timeoutMs / 1_000, false);
      });
    const files = await this.#read(repository, url, commit, signal, depth + 1);
    return files.map((file) => ({ ...file, path: posix.join(path, file.path) }));
  }
}

/** Returns the URLs of submodules by their paths. Relative URLs are resolved against the repository's own. */
async function submoduleUrls(
  repository: GitRepository,
  commit: string,
  base: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const args = [
    'config',
    '--blob',
    `${commit}:.gitmodules`,
    '-z',
    '--get-regexp',
    '^submodule\\..*\\.(path|url)$',
  ];
  const { stdout } = await repository.git(args, signal);
  const modules = new Map<string, { path?: string; url?: string }>();
  for (const entry of stdout.split('\0').filter(Boolean)) {
    const [key = '', value = ''] = entry.split('\n');
    const name = key.slice('submodule.'.length, key.lastIndexOf('.'));
    modules.set(name, { ...modules.get(name), [key.endsWith('.path') ? 'path' : 'url']: value });
  }
  return new Map(
    [...modules.values()].flatMap(({ path, url }) =>
      path === undefined || url === undefined ? [] : [[path, absoluteUrl(url, base)] as const],
    ),
  );
}

function absoluteUrl(url: string, base: string): string {
  if (!url.startsWith('./') && !url.startsWith('../')) return url;
  const match = /^([a-z]+:\/\/[^/]*|[^/]*:)?(.*)$/.exec(base.replace(/\/$/, ''))!;
  return (match[1] ?? '') + posix.join(match[2]!, url);
}

const empty = (url: string) =>
  sourceError(
    'SOURCE_EMPTY',
    `${publicUrl(url)} has no commit yet`,
    'push one; objects that were applied before are kept',
  );

const refMissing = (url: string, ref: GitRef) =>
  sourceError(
    'SOURCE_REF_MISSING',
    `${publicUrl(url)} has no ${ref.name ?? ref.semver ?? ref.tag ?? ref.branch ?? 'branch'}`,
    'check the branch, tag and version range; objects that were applied before are kept',
  );
