import type { Client } from '@ignite/api/client/client';
import type { EtcdRequest } from '@ignite/cluster/etcd-operations/create-etcd';
import { defaultEtcdImage } from '@ignite/cluster/etcd/vm-of-member';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';

export type EtcdImageErrorCode = 'ETCD_IMAGE_MISSING';

/**
 * Looks for the image of the members, before an etcd cluster is changed that would wait for it. An image that somebody names is
 * fetched where it is; ours are in no registry.
 * @throws CodedError ETCD_IMAGE_MISSING
 */
export async function assertEtcdImage(
  { version, image }: Pick<EtcdRequest, 'version' | 'image'>,
  { images }: Client,
  signal: AbortSignal,
): Promise<void> {
  const name = defaultEtcdImage(version);
  if (image !== undefined && image !== name) return;
  try {
    await images.find(name, signal);
  } catch (failure) {
    if (!hasCode(failure, 'IMAGE_NOT_FOUND')) throw failure;
    throw new CodedError<EtcdImageErrorCode>(
      'ETCD_IMAGE_MISSING',
      `this host has no image ${name} for the members`,
      {
        hint: `build it with "images/etcd/build --binaries FOLDER ${version} ignite-etcd.tar" and import it with "ignite image import oci-archive:ignite-etcd.tar:${version}", or name one with --image`,
        cause: failure,
      },
    );
  }
}
