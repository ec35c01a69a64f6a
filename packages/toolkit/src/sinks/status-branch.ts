import { stringify } from 'yaml';
import { ToolFailedError } from '../process/runner.ts';
import type { LiveObject } from '../apply/actuator.ts';
import type { SyncObject } from '../sync/kinds.ts';
import type { StatusSink } from '../sync/status-sink.ts';
import { sourceError } from '../source/source.ts';
import { commitFiles } from '../git/commit-files.ts';
import type { GitRepository } from '../git/git-repository.ts';

export interface StatusBranchOptions {
  readonly branch: string;
  /**
   * How the status is written. `branch`: to a branch that contains nothing but status. `pull-request`: to a
   * branch that starts at the watched revision and adds a folder `status`, for people to merge. `notes`: as a
   * note on the watched commit, in refs/notes/NAME/HOST.
   */
  readonly mode: 'branch' | 'pull-request' | 'notes';
  /** The watched branch, if the source names one. */
  readonly watched: string | undefined;
  /** The name of this host. Many hosts can write to one branch, each to its own folder. */
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
  /** True if `files` is the whole content of the folder. */
  readonly isWhole: boolean;
  readonly message: string;
  /** The commit at which the branch starts if it does not exist yet. */
  readonly base: string | undefined;
}

const attempts = 5;
const ref = 'refs/gitops/status';

/**
 * Writes the observed objects to a branch of the repository that is never applied. Each change is one commit,
 * made without a work tree, so a person's files are never touched. If someone else pushed meanwhile, the
 * commit is made again on top of theirs.
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
    const { host, branch, mode, watched } = this.#options;
    const { lastAttemptedRevision: revision = '' } = sync.status;
    if (mode !== 'notes' && (watched === branch || revision.startsWith(`${branch}@`)))
      throw sourceError(
        'SOURCE_INVALID',
        `status would be pushed to the watched branch "${branch}"`,
        'choose another branch',
      );
    const commit = /@sha1:([0-9a-f]{40,64})$/.exec(revision)?.[1];
    // Before the first revision, the watched branch and the commit for a note may be unknown.
    if (commit === undefined && (watched === undefined || mode !== 'branch')) return;
    const folder = `${mode === 'pull-request' ? 'status/' : ''}${host}/${sync.metadata.name}`;
    const files = new Map<string, string>();
    if (mode === 'notes') files.set(commit!, syncText(sync));
    else {
      files.set(`${folder}/sync.yaml`, syncText(sync));
      for (const object of live ?? []) files.set(`${folder}/${objectPath(object)}`, objectText(object));
    }
    const isWhole = live !== undefined && mode !== 'notes';
    const id = isWhole ? folder : `${folder}/sync.yaml`;
    const text = JSON.stringify([...files]);
    if (this.#written.get(id) === text) return;
    const message = `${sync.metadata.name} on ${host}: ${sync.status.history[0]?.message ?? 'status'}`;
    const base = mode === 'pull-request' ? commit : undefined;
    await this.#write({ folder, files, isWhole, message, base }, signal);
    this.#written.clear();
    this.#written.set(id, text);
  }

  get #ref(): string {
    const { mode, branch, host } = this.#options;
    return mode === 'notes' ? `refs/notes/${branch}/${host}` : `refs/heads/${branch}`;
  }

  async #write(change: Change, signal: AbortSignal): Promise<void> {
    const { withRepository } = this.#options;
    await withRepository(signal, async (repository) => {
      for (let attempt = 1; ; attempt += 1) {
        const parent = (await this.#head(repository, signal)) ?? change.base;
        const commit = await this.#commit(repository, parent, change, signal);
        if (commit === undefined) return;
        try {
          await repository.git(['push', '--quiet', 'origin', `${commit}:${this.#ref}`], signal);
          return;
        } catch (failure) {
          if (!isConflict(failure) || attempt === attempts) throw failure;
        }
      }
    });
  }

  /** Returns the newest commit of the branch, or `undefined` if the branch does not exist yet. */
  async #head(repository: GitRepository, signal: AbortSignal): Promise<string | undefined> {
    const name = this.#ref;
    const { stdout } = await repository.git(['ls-remote', '--quiet', 'origin', name], signal);
    if (stdout === '') return undefined;
    const args = ['fetch', '--quiet', '--no-tags', '--force', '--no-write-fetch-head', '--depth=1'];
    await repository.git([...args, 'origin', `${name}:${ref}`], signal);
    return (await repository.git(['rev-parse', '--verify', `${ref}^{commit}`], signal)).stdout.trim();
  }

  /** Commits the status. Returns `undefined` if the branch is up to date. */
  async #commit(
    repository: GitRepository,
    parent: string | undefined,
    { folder, files, isWhole, message }: Change,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const changed = new Map<string, string | undefined>();
    if (isWhole && parent !== undefined) {
      const args = ['ls-tree', '-r', '-z', '--name-only', parent, '--', `${folder}/`];
      const { stdout } = await repository.git(args, signal);
      for (const path of stdout.split('\0').filter(Boolean)) changed.set(path, undefined);
    }
    for (const [path, text] of files) changed.set(path, text);
    const { signingKeyFile } = this.#options;
    return await commitFiles(repository, { parent, files: changed, message, signingKeyFile }, signal);
  }
}

const isConflict = (failure: unknown): boolean =>
  failure instanceof ToolFailedError &&
  /rejected|non-fast-forward|failed to update ref|cannot lock ref/i.test(failure.stderr);

const objectPath = ({ kind, metadata: { namespace, name } }: LiveObject): string =>
  `${namespace}/${kind}/${name}.yaml`;

function syncText({ apiVersion, kind, metadata, status }: SyncObject): string {
  const { inventory: _inventory, place: _place, target: _target, ...told } = status;
  return stringify({
    apiVersion,
    kind,
    metadata: { name: metadata.name, namespace: metadata.namespace },
    status: told,
  });
}

/** Writes an object as a manifest that could be applied, together with its observed status. */
function objectText({ apiVersion, kind, metadata, spec, status, health }: LiveObject): string {
  const { name, namespace, uid, labels } = metadata;
  return stringify({ apiVersion, kind, metadata: { name, namespace, uid, labels }, spec, status, health });
}
