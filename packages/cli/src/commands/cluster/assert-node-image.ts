import type { Client } from '@ignite/api/client/client';
import { isOfK3s } from '@ignite/cluster/contract/kubernetes-version';
import { assertBuiltImage } from './assert-built-image.ts';
import { nodeImage } from './plan-request.ts';

export type NodeImageErrorCode = 'NODE_IMAGE_MISSING';

/**
 * Looks for the image of the nodes of a version, unless somebody has named another one, which is fetched where it is.
 * @throws CodedError NODE_IMAGE_MISSING
 */
export async function assertNodeImage(
  image: string,
  { version, hasControlPlane }: { readonly version: string; readonly hasControlPlane: boolean },
  client: Pick<Client, 'images'>,
  signal: AbortSignal,
): Promise<void> {
  if (image !== nodeImage(version)) return;
  const recipe = isOfK3s(version)
    ? `images/k3s/build ${version}`
    : `images/kubernetes/build ${hasControlPlane ? '--control-plane ' : ''}${version}`;
  const built = { image, users: 'the nodes', recipe };
  await assertBuiltImage<NodeImageErrorCode>(built, 'NODE_IMAGE_MISSING', client, signal);
}
