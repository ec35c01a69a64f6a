import { posix } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { commitFiles } from '../git/commit-files.ts';
import type { GitSource } from '../git/git-source.ts';
import type { LiveObject } from '../apply/actuator.ts';
import type { GitSourceObject, SyncObject } from '../sync/kinds.ts';
import type { SourceReader } from '../render/source-reader.ts';
import type { StatusSink } from '../sync/status-sink.ts';
import type { Log } from '../log/log.ts';
import type { Runner } from '../process/runner.ts';
import { parseDuration } from '../units/duration.ts';
import { chooseImage } from '../images/registry-tags.ts';

export interface ImageUpdaterOptions {
  /** Opens the repository that a Sync follows. */
  readonly openSource: (sync: SyncObject, gitSource: GitSourceObject) => GitSource;
  readonly reader: SourceReader;
  readonly clock: Clock;
  readonly log: Log;
  readonly runner: Runner;
  /** The fields in which kinds name images, as JSON pointers. */
  readonly imageFields: Readonly<Record<string, readonly string[]>>;
}

/**
 * Updates images in manifests as policies allow. Each update is a commit on top of the watched revision,
 * pushed to a branch; only the tags in the files change. Someone else's push in between is never overwritten:
 * the next attempt starts again.
 */
export class ImageUpdater implements StatusSink {
  readonly #options: ImageUpdaterOptions;
  readonly #sources: () => readonly GitSourceObject[];
  readonly #lookedAt = new Map<string, number>();

  constructor(options: ImageUpdaterOptions, sources: () => readonly GitSourceObject[]) {
    this.#options = options;
    this.#sources = sources;
  }

  async publish(
    sync: SyncObject,
    _live: readonly LiveObject[] | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, log } = this.#options;
    const { imageUpdates, source: named } = sync.spec;
    if (!imageUpdates || !('gitSource' in named)) return;
    const gitSource = this.#sources().find(({ metadata }) => metadata.name === named.gitSource);
    const last = this.#lookedAt.get(sync.metadata.uid);
    if (!gitSource || (last !== undefined && clock.now() - last < parseDuration(imageUpdates.interval)))
      return;
    this.#lookedAt.set(sync.metadata.uid, clock.now());
    const changes = await this.#update(sync, gitSource, signal);
    for (const change of changes) log('info', 'image updated', { sync: sync.metadata.name, change });
  }

  async #update(
    sync: SyncObject,
    gitSource: GitSourceObject,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const { branch, images, signingKeyFile } = sync.spec.imageUpdates!;
    const { runner, reader, imageFields } = this.#options;
    const chosen = [];
    for (const policy of images) chosen.push((await chooseImage(policy, runner, signal)) ?? []);
    const { pin: _pin, ...unpinned } = sync.spec;
    const source = this.#options.openSource({ ...sync, spec: unpinned }, gitSource);
    const revision = await source.fetch({ signal, report: () => {} });
    const below = posix.join(sync.spec.path, '/');
    const files = revision.files.filter(({ path }) => below === './' || path.startsWith(below));
    const updates = await reader.updateImages({ files, images: chosen.flat(), imageFields }, signal);
    if (updates.length === 0) return [];
    const changes = updates.flatMap((update) => update.changes);
    const timeout = AbortSignal.timeout(parseDuration(gitSource.spec.timeout));
    const until = AbortSignal.any([signal, timeout]);
    await source.withRepository(until, async (repository) => {
      const request = {
        parent: revision.commit,
        files: new Map(updates.map(({ file, text }) => [file, text])),
        message: `Update images\n\n${changes.join('\n')}`,
        signingKeyFile,
      };
      const commit = await commitFiles(repository, request, until);
      const watched = revision.id.split('@')[0];
      // The updater's own branch may be forced; the watched branch only moves forward.
      const force = branch === watched ? '' : '+';
      if (commit !== undefined)
        await repository.git(['push', '--quiet', 'origin', `${force}${commit}:refs/heads/${branch}`], until);
    });
    return changes;
  }
}
