import { rm } from 'node:fs/promises';
import type { Image } from '@ignite/api/v1/image';
import type { Vm } from '@ignite/api/v1/vm';
import { recordEvent } from '../events/record-event.ts';
import { type Paths, imageDir, layoutDir } from '../host/paths.ts';
import { listImages } from '../store/list-objects.ts';
import { importName } from './arch-name.ts';
import { tagWithDigest } from './errors.ts';
import { asImported, recordImage } from './image-objects.ts';
import { layoutTag } from './import-image.ts';
import { tagImageIn } from './layout.ts';
import { parsePlatform } from '@ignite/api/v1/platform';
import type { Reference } from '@ignite/api/v1/image-reference';
import { shownName } from '@ignite/api/v1/shown-name';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { familiarName, parseReference } from './reference.ts';

export interface TagRequest {
  readonly image: Image;
  /** The new name, in the form of a reference. */
  readonly target: string;
  /** All VMs. */
  readonly vms: readonly Vm[];
}

interface TagDeps {
  readonly paths: Paths;
  readonly objects: ObjectClient;
}

/**
 * Parses a new name, which must be a reference without a digest.
 * @throws CodedError REFERENCE_INVALID
 */
export function parseTag(target: string): Reference {
  const reference = parseReference(target);
  if (reference.digest !== undefined) throw tagWithDigest(target);
  return reference;
}

/**
 * Gives an image another name. If another image has that name, it loses the name. If that was its last name,
 * it is called by its digest if VMs use it, and is removed otherwise. The caller must hold the locks of the
 * layout and of the content.
 * @throws CodedError REFERENCE_INVALID
 */
export async function tagImage({ image, target, vms }: TagRequest, deps: TagDeps): Promise<Image> {
  const { paths, objects } = deps;
  const reference = parseTag(target);
  const images = await listImages(objects);
  const oci = familiarName(reference);
  const name = importName(oci, parsePlatform(image.status.platform).arch, images.map(asImported));
  if (name === shownName(image)) return image;
  const replaced = images.find((known) => shownName(known) === name && !isSame(known.status, image));
  const isLastName =
    replaced !== undefined && images.filter(({ status }) => isSame(status, replaced)).length === 1;
  const isUsed =
    replaced !== undefined && vms.some(({ status }) => status.image?.digest === replaced.status.digest);
  if (isLastName && isUsed) await keepByDigest(replaced, reference, deps);
  await tagImageIn(layoutDir(paths), layoutTag(shownName(image)), layoutTag(name));
  const tagged = await recordImage(name, oci, image.status, objects);
  if (isLastName && !isUsed)
    await rm(imageDir(paths, replaced.status.digest), { recursive: true, force: true });
  const happened = { reason: 'Tagged', message: `as "${name}" too` } as const;
  await recordEvent(objects, image, happened, `${name} ${tagged.metadata.resourceVersion}`);
  return tagged;
}

const isSame = ({ digest }: Pick<Image['status'], 'digest'>, image: Image): boolean =>
  digest === image.status.digest;

async function keepByDigest(
  image: Image,
  { registry, repository }: Reference,
  { paths, objects }: TagDeps,
): Promise<void> {
  const name = familiarName({ registry, repository, digest: image.status.digest });
  await tagImageIn(layoutDir(paths), layoutTag(shownName(image)), layoutTag(name));
  await recordImage(name, name, image.status, objects);
}
