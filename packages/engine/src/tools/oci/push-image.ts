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

/**
 * Pushes an image to a registry, under its own name unless another is given. Returns the name and digest
 * there.
 */
export async function pushImage(
  image: Image,
  request: { readonly destination?: string; readonly registryConfigDir?: string },
  deps: ImageDeps,
  op: ClientOperation,
): Promise<{ readonly name: string; readonly digest: string }> {
  const reference = parseReference(request.destination ?? image.spec.oci);
  const { registry, repository, tag = 'latest' } = reference;
  const name = familiarName(reference);
  const { paths, runner } = deps;
  const { signal } = op;
  op.report({ kind: 'step', message: `Pushing ${name}` });
  using _layout = await lockLayout(paths, signal);
  await using access = await openRegistryAccess({ ...request, registry }, deps, op);
  try {
    const digest = await copyImageOut(
      {
        layout: layoutDir(paths),
        tag: layoutTag(shownName(image)),
        destination: `docker://${registry}/${repository}:${tag}`,
        access,
      },
      runner,
      signal,
    );
    return { name, digest };
  } catch (failure) {
    throw transferFailed(`push "${name}"`, failure);
  }
}
