import type { ClientOperation } from '@ignite/api/client/progress';
import type { Image } from '@ignite/api/v1/image';
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
export const pushImage = async (
  image: Image,
  request: PushRequest,
  deps: ImageDeps,
  op: ClientOperation,
): Promise<Pushed> =>
  await pushFromLayout(
    { layout: layoutDir(deps.paths), tag: layoutTag(shownName(image)) },
    { ...request, destination: request.destination ?? image.spec.oci },
    deps,
    op,
  );

/** Pushes what an OCI layout has under a tag to a registry. */
export async function pushFromLayout(
  from: { readonly layout: string; readonly tag: string },
  request: PushRequest & { readonly destination: string },
  deps: ImageDeps,
  op: ClientOperation,
): Promise<Pushed> {
  const reference = parseReference(request.destination);
  const { registry, repository, tag = 'latest' } = reference;
  const name = familiarName(reference);
  op.report({ kind: 'step', message: `Pushing ${name}` });
  using _layout = await lockLayout(deps.paths, op.signal);
  await using access = await openRegistryAccess({ ...request, registry }, deps, op);
  const destination = `docker://${registry}/${repository}:${tag}`;
  try {
    return { name, digest: await copyImageOut({ ...from, destination, access }, deps.runner, op.signal) };
  } catch (failure) {
    throw transferFailed(`push "${name}"`, failure);
  }
}
