import type { Client } from '@ignite/api/client/client';
import type { EtcdRequest } from '@ignite/cluster/etcd-operations/create-etcd';
import { defaultEtcdImage } from '@ignite/cluster/etcd/vm-of-member';
import { assertBuiltImage } from '../cluster/assert-built-image.ts';

export type EtcdImageErrorCode = 'ETCD_IMAGE_MISSING';

/**
 * Looks for the image of the members, unless somebody has named another one, which is fetched where it is.
 * @throws CodedError ETCD_IMAGE_MISSING
 */
export async function assertEtcdImage(
  { version, image }: Pick<EtcdRequest, 'version' | 'image'>,
  client: Pick<Client, 'images'>,
  signal: AbortSignal,
): Promise<void> {
  const own = defaultEtcdImage(version);
  if (image !== undefined && image !== own) return;
  const recipe = `images/etcd/build --binaries FOLDER ${version}`;
  const built = { image: own, users: 'the members', recipe };
  await assertBuiltImage<EtcdImageErrorCode>(built, 'ETCD_IMAGE_MISSING', client, signal);
}
