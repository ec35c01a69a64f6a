import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { familiarSource } from '@ignite/api/v1/familiar-source';
import type { Runner } from '@ignite/toolkit/process/runner';
import * as v from 'valibot';
import { declaredSize, manifestsFor } from './declared-size.ts';
import { imageHasTooManyLayers } from './errors.ts';
import { longestJson } from './image-config.ts';
import type { Platform } from '@ignite/api/v1/platform';
import { type SkopeoSource, pathOf } from './source.ts';
import { readTarMember } from './tar.ts';

/** Docker makes none of more than 127; the time that skopeo takes grows with their square. */
export const mostLayers = 256;
/** Few archives have more than one image of a name. */
const mostNamesakes = 4;

const digest = v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/));
const annotations = v.optional(v.nullable(v.record(v.string(), v.string())), {});
const indexSchema = v.looseObject({ manifests: v.array(v.looseObject({ digest, annotations })) });
const dockerSchema = v.array(
  v.looseObject({
    RepoTags: v.optional(v.nullable(v.array(v.string()))),
    Layers: v.array(v.string()),
  }),
);

/** The JSON of a file of an archive or a layout; undefined where it has none that skopeo would read. */
type Read = (name: string) => Promise<unknown>;

/**
 * Looks at how many layers an image has that is in a file or folder of this host, by its manifest alone. What is amiss with
 * the rest, skopeo says.
 * @throws CodedError IMAGE_TOO_LARGE
 */
export async function assertFewLayers(
  { source, platform }: { readonly source: SkopeoSource; readonly platform: Platform },
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const path = pathOf(source);
  if (path === undefined) return;
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  const read: Read = async (name) =>
    parsed(
      isFolder
        ? await readIfShort(join(path, name))
        : await readTarMember(path, name, runner, signal, longestJson),
    );
  const selector = source.location.slice(`${source.transport}:${path}:`.length);
  const counts =
    source.transport === 'docker-archive'
      ? layersOfDocker(await read('manifest.json'), selector)
      : await layersOfLayout(read, selector, platform);
  if (counts.some((layers) => layers > mostLayers)) throw imageHasTooManyLayers(source.name, mostLayers);
}

/** Pure. Of the images of a docker-archive that a selector may mean, a name or `@` with a number. */
function layersOfDocker(manifest: unknown, selector: string): readonly number[] {
  const { success, output } = v.safeParse(dockerSchema, manifest);
  if (!success) return [];
  const [, at] = /^@(\d+)$/.exec(selector) ?? [];
  const name = familiarSource(selector);
  return output
    .filter(({ RepoTags }, place) =>
      at === undefined
        ? selector === '' || (RepoTags ?? []).some((tag) => familiarSource(tag) === name)
        : place === Number(at),
    )
    .map(({ Layers }) => Layers.length);
}

/** Of the images of a layout that have the tag, or of its only one (image-spec, "OCI Image Layout"). */
async function layersOfLayout(read: Read, tag: string, platform: Platform): Promise<readonly number[]> {
  const { success, output } = v.safeParse(indexSchema, await read('index.json'));
  if (!success) return [];
  const meant = output.manifests.filter(
    (entry, at) =>
      tag === '' || entry.annotations?.['org.opencontainers.image.ref.name'] === tag || tag === `@${at}`,
  );
  const counts: number[] = [];
  for (const entry of meant.slice(0, mostNamesakes)) {
    const found = await read(blobOf(entry.digest));
    const manifests = [found];
    for (const each of manifestsFor(found, platform)) manifests.push(await read(blobOf(each)));
    counts.push(...manifests.flatMap((manifest) => declaredSize(manifest)?.layers ?? []));
  }
  return counts;
}

const blobOf = (name: string): string => `blobs/sha256/${name.slice('sha256:'.length)}`;

async function readIfShort(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() && found.size <= longestJson ? await readFile(file, 'utf8') : undefined;
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
