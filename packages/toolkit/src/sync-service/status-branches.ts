import type { GitSourceObject, SyncObject } from '../sync/kinds.ts';
import type { StatusSink } from '../sync/status-sink.ts';
import { parseDuration } from '../units/duration.ts';
import { type OpenOptions, openGitSource } from './open-git-source.ts';
import { StatusBranch } from '../sinks/status-branch.ts';

export interface StatusBranchesOptions extends OpenOptions {
  /** The name of the host whose status is written. */
  readonly host: string;
}

/** Keeps a status branch for each Sync that names one. */
export class StatusBranches implements StatusSink {
  readonly #options: StatusBranchesOptions;
  readonly #sources: () => readonly GitSourceObject[];
  readonly #branches = new Map<string, StatusBranch>();

  constructor(options: StatusBranchesOptions, sources: () => readonly GitSourceObject[]) {
    this.#options = options;
    this.#sources = sources;
  }

  async publish(...[sync, live, signal]: Parameters<StatusSink['publish']>): Promise<void> {
    const { statusBranch, source } = sync.spec;
    if (!statusBranch || !('gitSource' in source)) return;
    const gitSource = this.#sources().find(({ metadata }) => metadata.name === source.gitSource);
    if (!gitSource) return;
    const id = `${sync.metadata.uid} ${gitSource.metadata.generation} ${JSON.stringify(statusBranch)}`;
    const known = this.#branches.get(id) ?? this.#open(sync, gitSource, statusBranch);
    this.#branches.set(id, known);
    const timeout = AbortSignal.timeout(parseDuration(gitSource.spec.timeout));
    await known.publish(sync, live, AbortSignal.any([signal, timeout]));
  }

  #open(
    sync: SyncObject,
    gitSource: GitSourceObject,
    { name, mode, signingKeyFile }: NonNullable<SyncObject['spec']['statusBranch']>,
  ): StatusBranch {
    const opened = openGitSource(sync, gitSource, this.#options);
    return new StatusBranch({
      branch: name,
      mode,
      watched: gitSource.spec.ref.branch,
      host: this.#options.host,
      withRepository: (signal, work) => opened.withRepository(signal, work),
      ...(signingKeyFile !== undefined && { signingKeyFile }),
    });
  }
}
