import { isOfK3s } from '@ignite/cluster/contract/kubernetes-version';
import type { Client } from '@ignite/api/client/client';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { nodeImage } from './plan-request.ts';

export type NodeImageErrorCode = 'NODE_IMAGE_MISSING';

/**
 * Looks for the image of the nodes of a version, before a cluster is changed that would wait for it. An image that somebody names
 * is fetched where it is; ours are in no registry.
 * @throws CodedError NODE_IMAGE_MISSING
 */
export async function assertNodeImage(
  image: string,
  { version, hasControlPlane }: { readonly version: string; readonly hasControlPlane: boolean },
  { images }: Client,
  signal: AbortSignal,
): Promise<void> {
  if (image !== nodeImage(version)) return;
  try {
    await images.find(image, signal);
  } catch (failure) {
    if (!hasCode(failure, 'IMAGE_NOT_FOUND')) throw failure;
    throw new CodedError<NodeImageErrorCode>(
      'NODE_IMAGE_MISSING',
      `this host has no image ${image} for the nodes`,
      {
        hint: `build it with "${recipeOf(version, hasControlPlane)}" and import it with "ignite image import oci-archive:node.tar:${image.slice(image.indexOf(':') + 1)}", or name one in a registry with --image`,
        cause: failure,
      },
    );
  }
}

const recipeOf = (version: string, hasControlPlane: boolean): string =>
  isOfK3s(version)
    ? `images/k3s/build ${version} node.tar`
    : `images/kubernetes/build ${hasControlPlane ? '--control-plane ' : ''}${version} node.tar`;
