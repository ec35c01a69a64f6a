import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { stringify } from 'yaml';
import { ToolFailedError } from '../process/runner.ts';
import type { LiveObject } from '../gitops/actuator.ts';
import type { SyncObject } from '../gitops/kinds.ts';
import type { StatusSink } from '../gitops/sync-controller.ts';
import { sourceError } from '../source/source.ts';
import type { GitRepository } from './git-repository.ts';

export interface StatusBranchOptions {
  readonly url: string;
  readonly branch: string;
  /** Whose status it is: many hosts write to one branch, each to a folder of its own. */
  readonly host: string;
  readonly withRepository: (
    signal: AbortSignal,
    work: (repository: GitRepository) => Promise<void>,
  ) => Promise<void>;
  readonly signingKeyFile?: string;
}

interface Change {
  readonly folder: string;
  readonly files: ReadonlyMap<string, string>;
  /** Whether `files` are all that shall be in the folder. */
  readonly isWhole: boolean;
  readonly message: string;
}

const attempts = 5;
const ref = 'refs/gitops/status';
const author = { name: 'GitOps', email: 'gitops@localhost' };

/**
 * Writes what is there to a branch of the repository that nobody applies: one commit for each change, made without a
 * work tree, so that no file of a person is ever touched. When someone else pushed meanwhile it is done again on top.
 */
export class StatusBranch implements StatusSink {
  readonly #options: StatusBranchOptions;
  readonly #written = new Map<string, string>();

  constructor(options: StatusBranchOptions) {
    this.#options = options;
  }

  async publish(
    sync: SyncObject,
    live: readonly LiveObject[] | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { host, branch } = this.#options;
    const { lastAttemptedRevision = '' } = sync.status;
    if (lastAttemptedRevision.startsWith(`${branch}@`))
      throw sourceError(
        'SOURCE_INVALID',
        `status would go to the watched branch "${branch}"`,
        'name another branch',
      );
    const folder = `${host}/${sync.metadata.name}`;
    const files = new Map([[`${folder}/sync.yaml`, syncText(sync)]]);
    for (const object of live ?? []) files.set(`${folder}/${objectPath(object)}`, objectText(object));
    const isWhole = live !== undefined;
    const id = isWhole ? folder : `${folder}/sync.yaml`;
    const text = JSON.stringify([...files]);
    if (this.#written.get(id) === text) return;
    const message = `${sync.metadata.name} on ${host}: ${sync.status.history[0]?.message ?? 'status'}`;
    await this.#write({ folder, files, isWhole, message }, signal);
    this.#written.clear();
    this.#written.set(id, text);
  }

  async #write(change: Change, signal: AbortSignal): Promise<void> {
    const { url, branch, withRepository } = this.#options;
    await withRepository(signal, async (repository) => {
      for (let attempt = 1; ; attempt += 1) {
        const parent = await this.#head(repository, signal);
        const commit = await this.#commit(repository, parent, change, signal);
        if (commit === undefined) return;
        try {
          await repository.git(['push', '--quiet', '--', url, `${commit}:refs/heads/${branch}`], signal);
          return;
        } catch (failure) {
          if (!isConflict(failure) || attempt === attempts) throw failure;
        }
      }
    });
  }

  /** The branch's newest commit; undefined where there is no such branch yet. */
  async #head(repository: GitRepository, signal: AbortSignal): Promise<string | undefined> {
    const { url, branch } = this.#options;
    const name = `refs/heads/${branch}`;
    const { stdout } = await repository.git(['ls-remote', '--quiet', '--', url, name], signal);
    if (stdout === '') return undefined;
    const args = ['fetch', '--quiet', '--no-tags', '--force', '--no-write-fetch-head', '--depth=1'];
    await repository.git([...args, '--', url, `${name}:${ref}`], signal);
    return (await repository.git(['rev-parse', '--verify', `${ref}^{commit}`], signal)).stdout.trim();
  }

  /** Undefined when the branch says all of it already. */
  async #commit(
    repository: GitRepository,
    parent: string | undefined,
    { folder, files, isWhole, message }: Change,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const index = join(repository.dir, 'status-index');
    const env = { GIT_INDEX_FILE: index };
    await rm(index, { force: true });
    if (parent !== undefined) await repository.git(['read-tree', parent], signal, undefined, env);
    const lines: string[] = [];
    if (isWhole && parent !== undefined) {
      const { stdout } = await repository.git(['ls-files', '-z', '--', `${folder}/`], signal, undefined, env);
      for (const path of stdout.split('\0').filter(Boolean)) lines.push(`0 ${'0'.repeat(40)}\t${path}`);
    }
    for (const [path, text] of files) {
      const { stdout } = await repository.git(['hash-object', '-w', '--stdin'], signal, text);
      lines.push(`100644 ${stdout.trim()}\t${path}`);
    }
    await repository.git(['update-index', '-z', '--index-info'], signal, `${lines.join('\0')}\0`, env);
    const tree = (await repository.git(['write-tree'], signal, undefined, env)).stdout.trim();
    if (parent !== undefined) {
      const { stdout } = await repository.git(['rev-parse', `${parent}^{tree}`], signal);
      if (stdout.trim() === tree) return undefined;
    }
    const { signingKeyFile } = this.#options;
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
}

const isConflict = (failure: unknown): boolean =>
  failure instanceof ToolFailedError &&
  /rejected|non-fast-forward|failed to update ref|cannot lock ref/i.test(failure.stderr);

const objectPath = ({ kind, metadata: { namespace, name } }: LiveObject): string =>
  `${namespace}/${kind}/${name}.yaml`;

function syncText({ apiVersion, kind, metadata, status }: SyncObject): string {
  const { inventory: _inventory, ...told } = status;
  return stringify({
    apiVersion,
    kind,
    metadata: { name: metadata.name, namespace: metadata.namespace },
    status: told,
  });
}

/** As a manifest that could be applied, with what is observed of it. */
function objectText({ apiVersion, kind, metadata, spec, status, health }: LiveObject): string {
  const { name, namespace, uid, labels } = metadata;
  return stringify({ apiVersion, kind, metadata: { name, namespace, uid, labels }, spec, status, health });
}
