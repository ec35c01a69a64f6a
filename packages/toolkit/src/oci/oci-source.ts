import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Operation } from '../async/operation.ts';
import { DirectorySource } from '../directory/directory-source.ts';
import { MergeError, mergeFolder } from '../files/merge-folder.ts';
import { OpenFolder } from '../files/open-folder.ts';
import { openWorkspace } from '../files/workspace.ts';
import { acquireLock } from '../lock/process-lock.ts';
import { type Runner, ToolFailedError } from '../process/runner.ts';
import { type FetchEvent, type Revision, type Source, sourceError } from '../source/source.ts';

export interface OciSourceOptions {
  /** The artifact as skopeo(1) names it: `docker://registry/manifests:prod`, `oci:/path:tag`. */
  readonly artifact: string;
  readonly timeoutMs: number;
  readonly cacheDir: string;
}

/** The fields of an OCI image manifest that are used here (image-spec, "Image Manifest"). */
const manifestSchema = v.object({
  layers: v.array(
    v.object({
      mediaType: v.string(),
      digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
      size: v.number(),
    }),
  ),
});
const layerLimit = 64 * 2 ** 20;
const fileLimit = 16 * 2 ** 20;

/**
 * An OCI artifact whose layers are tar archives of manifests, as a source. skopeo fetches it and verifies its
 * digests.
 */
export class OciSource implements Source {
  readonly #options: OciSourceOptions;
  readonly #runner: Runner;
  #last: Revision | undefined;

  constructor(options: OciSourceOptions, runner: Runner) {
    this.#options = options;
    this.#runner = runner;
  }

  async fetch(op: Operation<FetchEvent>): Promise<Revision> {
    const { artifact, timeoutMs, cacheDir } = this.#options;
    if (!/^(docker:\/\/|oci:\/)[^\s]+$/.test(artifact))
      throw sourceError(
        'SOURCE_INVALID',
        `not an artifact: ${artifact}`,
        'use docker://registry/name:tag or oci:/path:tag',
      );
    const signal = AbortSignal.any([op.signal, AbortSignal.timeout(timeoutMs)]);
    await mkdir(cacheDir, { recursive: true, mode: 0o700 });
    using _lock = await acquireLock(cacheDir, 'artifact', signal);
    try {
      const digest = await this.#digest(signal);
      const id = `artifact@${digest}`;
      if (this.#last?.id === id) return this.#last;
      op.report({ kind: 'step', message: `Fetching ${artifact}` });
      await using workspace = await openWorkspace(cacheDir, 'artifact-');
      await this.#unpack(workspace.path, digest, signal);
      const { files } = await new DirectorySource(join(workspace.path, 'files')).fetch({
        signal,
        report: op.report,
      });
      this.#last = { id, files };
      return this.#last;
    } catch (failure) {
      op.signal.throwIfAborted();
      if (failure instanceof MergeError)
        throw sourceError('SOURCE_INVALID', `${artifact}: ${failure.message}`, 'fix its layers', failure);
      throw failure instanceof ToolFailedError ? unreachable(artifact, failure) : failure;
    }
  }

  async #digest(signal: AbortSignal): Promise<string> {
    const parts: Buffer[] = [];
    const args = ['inspect', '--raw', ...this.#tls('--tls-verify=false'), this.#options.artifact];
    await this.#runner.run({ tool: 'skopeo', args, onStdout: (part) => parts.push(part) }, signal);
    return `sha256:${createHash('sha256').update(Buffer.concat(parts)).digest('hex')}`;
  }

  async #unpack(dir: string, digest: string, signal: AbortSignal): Promise<void> {
    const [layout, files] = [join(dir, 'layout'), join(dir, 'files')];
    await mkdir(files);
    const from = this.#options.artifact;
    const copy = [
      'copy',
      '--quiet',
      ...(existsSync('/etc/containers/policy.json') ? [] : ['--insecure-policy']),
      '--preserve-digests',
      ...this.#tls('--src-tls-verify=false'),
    ];
    await this.#runner.run({ tool: 'skopeo', args: [...copy, from, `oci:${layout}:x`] }, signal);
    const blob = (name: string): string => join(layout, 'blobs/sha256', name.slice('sha256:'.length));
    const parsed = v.safeParse(manifestSchema, JSON.parse(await readFile(blob(digest), 'utf8')));
    if (!parsed.success)
      throw sourceError(
        'SOURCE_INVALID',
        `${from} is not an artifact with manifests`,
        'push tar archives of manifests as layers',
      );
    for (const layer of parsed.output.layers) {
      if (!/tar(\+gzip|\.gzip)?$/.test(layer.mediaType)) continue;
      if (layer.size > layerLimit)
        throw sourceError('SOURCE_TOO_LARGE', `${from} has a layer of ${layer.size} bytes`, 'split it');
      await this.#unpackLayer(blob(layer.digest), join(dir, 'layer'), files, signal);
    }
  }

  /**
   * Unpacks a layer into an empty folder of its own. tar(1) lets no name or link lead out of the folder, but
   * it would follow the symlinks of another layer.
   */
  async #unpackLayer(archive: string, layer: string, files: string, signal: AbortSignal): Promise<void> {
    await mkdir(layer);
    const tar = ['tar', '-xf', archive, '-C', layer, '--no-same-owner', '--no-same-permissions'];
    // prlimit(1) keeps a decompression bomb from filling the disk.
    await this.#runner.run({ tool: 'prlimit', args: [`--fsize=${fileLimit}`, ...tar] }, signal);
    {
      await using from = await OpenFolder.at(layer);
      await using to = await OpenFolder.at(files);
      await mergeFolder(from, to, signal);
    }
    await rm(layer, { recursive: true });
  }

  /** A registry on this host needs no TLS. */
  #tls(flag: string): readonly string[] {
    return /^docker:\/\/(localhost|127\.\d+\.\d+\.\d+)[:/]/.test(this.#options.artifact) ? [flag] : [];
  }
}

const unreachable = (artifact: string, failure: ToolFailedError) =>
  /unauthorized|authentication required|denied/i.test(failure.stderr)
    ? sourceError(
        'SOURCE_DENIED',
        `${artifact}: the registry rejected the credentials`,
        'log in with "skopeo login"',
        failure,
      )
    : sourceError(
        'SOURCE_UNREACHABLE',
        `${artifact} cannot be fetched`,
        'check the name and the registry',
        failure,
      );
