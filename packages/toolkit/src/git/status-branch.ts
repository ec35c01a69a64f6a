import { stringify } from 'yaml';
import { ToolFailedError } from '../process/runner.ts';
import type { LiveObject } from '../gitops/actuator.ts';
import type { SyncObject } from '../gitops/kinds.ts';
import type { StatusSink } from '../gitops/sync-controller.ts';
import { sourceError } from '../source/source.ts';
import { commitFiles } from './commit-files.ts';
import type { GitRepository } from './git-repository.ts';

export interface StatusBranchOptions {
  readonly branch: string;
  /**
   * `branch`: a branch that holds status alone. `pull-request`: one that starts at the watched revision and adds a folder
   * `status`, for people to merge. `notes`: a note on the watched commit, in refs/notes/NAME/HOST.
   */
  readonly mode: 'branch' | 'pull-request' | 'notes';
  /** The branch that is watched, where the source names one. */
  readonly watched: string | undefined;
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
  /** What the branch starts at, if it is not there yet. */
  readonly base: string | undefined;
}

const attempts = 5;
const ref = 'refs/gitops/status';

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
    const { host, branch, mode, watched } = this.#options;
    const { lastAttemptedRevision: revision = '' } = sync.status;
    if (mode !== 'notes' && (watched === branch || revision.startsWith(`${branch}@`)))
      throw sourceError(
        'SOURCE_INVALID',
        `status would be pushed to the watched branch "${branch}"`,
        'choose another branch',
      );
    const commit = /@sha1:([0-9a-f]{40,64})$/.exec(revision)?.[1];
    // Before the first revision it may not be known which branch is watched, nor what to write a note on.
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

  /** The branch's newest commit; undefined where there is no such branch yet. */
  async #head(repository: GitRepository, signal: AbortSignal): Promise<string | undefined> {
    const name = this.#ref;
    const { stdout } = await repository.git(['ls-remote', '--quiet', 'origin', name], signal);
    if (stdout === '') return undefined;
    const args = ['fetch', '--quiet', '--no-tags', '--force', '--no-write-fetch-head', '--depth=1'];
    await repository.git([...args, 'origin', `${name}:${ref}`], signal);
    return (await repository.git(['rev-parse', '--verify', `${ref}^{commit}`], signal)).stdout.trim();
  }

  /** Undefined when the branch says all of it already. */
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
