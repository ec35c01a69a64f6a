import { join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import { type ImageSpec, type ImageStatus, noImageConfig } from '@ignite/api/v1/image';
import { referenceName } from '@ignite/api/v1/reference-name';
import { hostArch } from '@ignite/engine/tools/host/arch';
import type { Paths } from '@ignite/engine/tools/host/paths';
import { lockLayout } from '@ignite/engine/tools/oci/layout-lock';
import { formatPlatform } from '@ignite/api/v1/platform';
import { imagesIn } from '@ignite/engine/tools/store/kind-clients';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { copyImage } from './copy-image.ts';
import { type LegacyObject, legacyMetadata } from './legacy-tree.ts';

/** Imports an image with its base disk, under `name`. */
export async function importLegacyImage(
  image: LegacyObject,
  name: string,
  { paths, objects }: { readonly paths: Paths; readonly objects: ObjectClient },
  op: ClientOperation,
): Promise<void> {
  using _lock = await lockLayout(paths, op.signal);
  op.report({ kind: 'step', message: `Copying image ${image.name}` });
  const { digest, baseDisk } = await copyImage({ name, path: join(image.dir, 'image.ext4') }, paths, op);
  const status: ImageStatus = {
    digest,
    platform: formatPlatform({ os: 'linux', arch: hostArch }),
    bootMode: 'init',
    config: noImageConfig,
    size: baseDisk.size,
    baseDisk,
  };
  const spec: ImageSpec = { reference: name, oci: name };
  await imagesIn(objects).create({ metadata: legacyMetadata(image, referenceName(name)), spec, status });
}
