import type { ClientOperation } from '@ignite/api/client/progress';
import type { Image } from '@ignite/api/v1/image';
import type { Reference } from '@ignite/api/v1/image-reference';
import { shownName } from '@ignite/api/v1/shown-name';
import { layoutDir } from '../host/paths.ts';
import { transferFailed } from './errors.ts';
import { type ImageDeps, layoutTag } from './import-image.ts';
import { lockLayout } from './layout-lock.ts';
import { familiarName, parseReference } from './reference.ts';
import { openRegistryAccess } from './registry-access.ts';
import { copyImageOut } from './skopeo.ts';

export interface PushRequest {
  readonly destination?: string;
  readonly registryConfigDir?: string;
}

export interface Pushed {
  /** Its name in the registry. */
  readonly name: string;
  readonly digest: string;
}

/** Pushes an image to a registry, under its own name unless another is given. */
export async function pushImage(
  image: Image,
  { destination = image.spec.oci, ...access }: PushRequest,
  deps: ImageDeps,
  op: ClientOperation,
): Promise<Pushed> {
  const reference = parseReference(destination);
  op.report({ kind: 'step', message: `Pushing ${familiarName(reference)}` });
  using _layout = await lockLayout(deps.paths, op.signal);
  const from = { layout: layoutDir(deps.paths), tag: layoutTag(shownName(image)) };
  return await pushFromLayout(from, { ...access, reference }, deps, op);
}

export interface PushFromLayoutRequest {
  readonly reference: Reference;
  readonly registryConfigDir?: string;
  /** How the name of the folder with credentials begins, if it is not the usual one. */
  readonly authPrefix?: string;
}

/**
 * Pushes what an OCI layout has under a tag to a registry. The caller holds the lock of the layout, and the one that allows one folder
 * with credentials at a time.
 */
export async function pushFromLayout(
  from: { readonly layout: string; readonly tag: string },
  { reference, authPrefix, ...request }: PushFromLayoutRequest,
  deps: ImageDeps,
  op: ClientOperation,
): Promise<Pushed> {
  const { registry, repository, tag = 'latest' } = reference;
  const name = familiarName(reference);
  const asked = { ...request, registry, ...(authPrefix !== undefined && { prefix: authPrefix }) };
  await using access = await openRegistryAccess(asked, deps, op);
  const destination = `docker://${registry}/${repository}:${tag}`;
  try {
    return { name, digest: await copyImageOut({ ...from, destination, access }, deps.runner, op.signal) };
  } catch (failure) {
    throw transferFailed(`push "${name}"`, failure);
  }
}
