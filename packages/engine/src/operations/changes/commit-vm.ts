import { join } from 'node:path';
import type { CommitRequest } from '@ignite/api/client/change-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Image } from '@ignite/api/v1/image';
import { shownName } from '@ignite/api/v1/shown-name';
import { layoutDir } from '../../tools/host/paths.ts';
import { transferFailed } from '../../tools/oci/errors.ts';
import { importAndRecord } from '../../tools/oci/image-objects.ts';
import { type ImageDeps, layoutTag } from '../../tools/oci/import-image.ts';
import { lockLayout } from '../../tools/oci/layout-lock.ts';
import { parsePlatform } from '@ignite/api/v1/platform';
import { familiarName, parseReference } from '../../tools/oci/reference.ts';
import { copyImageOut } from '../../tools/oci/skopeo.ts';
import { addLayer, configureImage } from '../../tools/oci/umoci.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';
import { configSettings } from './config-settings.ts';
import { type ChangesRequest, readChanges } from './read-changes.ts';

const tag = 'committed';

/** Creates an image from a VM: the VM's own image with one more layer, under a new name. */
export async function commitVm(
  changes: Omit<ChangesRequest, 'as'>,
  request: CommitRequest,
  host: VmPorts & ImageDeps,
  op: ClientOperation,
): Promise<Image> {
  const { paths, runner } = host;
  const { image } = changes;
  const name = familiarName(parseReference(request.reference));
  await using layer = await readChanges({ ...changes, as: 'layer' }, host, op);
  const layout = join(layer.path, 'layout');
  {
    using _lock = await lockLayout(paths, op.signal);
    const from = { layout: layoutDir(paths), tag: layoutTag(shownName(image)) };
    await copyImageOut({ ...from, destination: `oci:${layout}:${tag}` }, runner, op.signal).catch(
      (failure: unknown) => {
        throw transferFailed(`commit a VM of "${image.spec.oci}"`, failure);
      },
    );
  }
  const { author, message } = request;
  const words = { ...(author !== undefined && { author }), ...(message !== undefined && { message }) };
  op.report({ kind: 'step', message: `Adding a layer to ${image.spec.oci}` });
  await addLayer({ layout, tag, layer: layer.file, ...words }, runner, op.signal);
  await configureImage({ layout, tag }, configSettings(request.config), runner, op.signal);
  const source = { transport: 'oci' as const, location: `oci:${layout}:${tag}`, name };
  return await importAndRecord(
    { source, platform: parsePlatform(image.status.platform) },
    host,
    host.objects,
    op,
  );
}
