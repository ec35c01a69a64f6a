import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn } from '@ignite/toolkit/files/names-in';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { textOfFile } from '@ignite/toolkit/files/text-of-file';
import * as v from 'valibot';
import { blobsOf } from './image-config.ts';

/** An image in an OCI layout. */
export interface LayoutImage {
  readonly layout: string;
  readonly tag: string;
  /** The digest of its manifest. */
  readonly digest: string;
}

const tagName = 'org.opencontainers.image.ref.name';

const entrySchema = v.looseObject({
  digest: v.string(),
  annotations: v.optional(v.nullable(v.record(v.string(), v.string()))),
});
/**
 * The schema of an OCI layout's index (image-spec, "OCI Image Layout"). umoci writes null instead of an empty
 * list.
 */
const indexSchema = v.looseObject({ manifests: v.nullable(v.array(entrySchema)) });
type Entry = v.InferOutput<typeof entrySchema>;

const emptyIndex = { schemaVersion: 2, manifests: [] };
const blobsIn = (layout: string): string => join(layout, 'blobs', 'sha256');
const indexOf = (layout: string): string => join(layout, 'index.json');
const tagOf = ({ annotations }: Entry): string | undefined => annotations?.[tagName];

/** Creates a layout that shares the blobs of another one, so that they are not fetched again. */
export async function borrowBlobs(layout: string, from: string): Promise<void> {
  await mkdir(blobsIn(layout), { recursive: true, mode: 0o700 });
  for (const name of await namesIn(blobsIn(from)))
    await link(join(blobsIn(from), name), join(blobsIn(layout), name));
}

/**
 * Moves an image into a layout under a tag, and replaces the image that had the tag. Layouts change in no
 * other way, so everything that a layout names is complete at any time. The caller holds the layout's lock.
 */
export async function keepImage(image: LayoutImage, layout: string, tag: string): Promise<void> {
  const brought = (await entriesOf(image.layout)).find((entry) => tagOf(entry) === image.tag);
  if (brought === undefined) throw new RangeError(`${image.layout} has no ${image.tag}`);
  await mkdir(blobsIn(layout), { recursive: true, mode: 0o700 });
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}', { mode: 0o600 });
  for (const name of await blobNames(image.layout, [brought]))
    await rename(join(blobsIn(image.layout), name), join(blobsIn(layout), name));
  const before = await entriesOf(layout);
  const others = before.filter((entry) => tagOf(entry) !== tag);
  await writeEntries(layout, [...others, { ...brought, annotations: { [tagName]: tag } }]);
  if (others.length < before.length) await collectGarbage(layout);
}

/**
 * Gives the image with the tag `from` the tag `to` as well, and takes that from the image that had it. Does nothing for an
 * image that is not in the layout. The caller holds the layout's lock.
 */
export async function tagImageIn(layout: string, from: string, to: string): Promise<void> {
  const entries = await entriesOf(layout);
  const named = entries.find((entry) => tagOf(entry) === from);
  if (named === undefined) return;
  const others = entries.filter((entry) => tagOf(entry) !== to);
  await writeEntries(layout, [...others, { ...named, annotations: { [tagName]: to } }]);
  if (others.length < entries.length) await collectGarbage(layout);
}

/**
 * Removes from a layout every image whose tag is not wanted, and every blob that no other image needs.
 * Damaged images do not prevent this. The caller holds the layout's lock.
 */
export async function retainImages(
  layout: string,
  isWanted: (tag: string | undefined) => boolean,
): Promise<void> {
  const entries = await entriesOf(layout);
  const wanted = entries.filter((entry) => isWanted(tagOf(entry)));
  if (wanted.length < entries.length) await writeEntries(layout, wanted);
  await collectGarbage(layout);
}

async function collectGarbage(layout: string): Promise<void> {
  const needed = await blobNames(layout, await entriesOf(layout));
  for (const name of await namesIn(blobsIn(layout)))
    if (!needed.has(name)) await rm(join(blobsIn(layout), name), { force: true });
  // Earlier versions fetched images into this layout itself, so a killed tool may have left partial blobs.
  for (const name of await namesIn(layout))
    if (name.startsWith('oci-put-blob')) await rm(join(layout, name), { force: true });
}

async function blobNames(layout: string, images: readonly Entry[]): Promise<ReadonlySet<string>> {
  const digests = await Promise.all(images.map(({ digest }) => blobsOf(layout, digest)));
  return new Set(digests.flat().map((digest) => digest.replace('sha256:', '')));
}

async function entriesOf(layout: string): Promise<readonly Entry[]> {
  const text = await textOfFile(indexOf(layout));
  if (text === undefined) return [];
  return v.parse(indexSchema, JSON.parse(text)).manifests ?? [];
}

const writeEntries = (layout: string, manifests: readonly Entry[]): Promise<void> =>
  replaceFile(indexOf(layout), JSON.stringify({ ...emptyIndex, manifests }), 0o600);
