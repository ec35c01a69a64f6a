import type { Readable, Writable } from 'node:stream';
import type { Finder } from '@ignite/api/client/finder';
import type { ImageClient, ImportImageRequest } from '@ignite/api/client/image-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Image } from '@ignite/api/v1/image';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Vm } from '@ignite/api/v1/vm';
import { shownName } from '@ignite/api/v1/shown-name';
import { hostArch } from '../../tools/host/arch.ts';
import { imageInSnapshot, imageInUse } from '../../tools/oci/errors.ts';
import { loadImages, saveImages } from '../../tools/oci/image-archive.ts';
import { importAndRecord, removeImageObject } from '../../tools/oci/image-objects.ts';
import { importDisk } from '../../tools/oci/import-disk.ts';
import { lockLayout } from '../../tools/oci/layout-lock.ts';
import { pushImage } from '../../tools/oci/push-image.ts';
import { parseTag, tagImage } from '../../tools/oci/tag-image.ts';
import { parseDiskFile } from '../../tools/rootfs/disk-file.ts';
import { listImages } from '../../tools/store/list-objects.ts';
import { type OwnObjects, listOwnVms } from '../../tools/store/own-vms.ts';
import { lockContent } from '../../vm/content-lock.ts';
import { importRequest } from './import-request.ts';
import type { EnginePorts } from '../../vm/engine-ports.ts';
import type { LocalVms } from './local-vms.ts';
import { removeSnapshot } from '../../vm/steps/remove-snapshot.ts';
import { needingTemplates } from './needing-templates.ts';
import { removeUnused } from './remove-unused.ts';

/** Manages the images of this host. */
export class LocalImages implements ImageClient {
  readonly #host: EnginePorts;
  readonly #read: Finder<Image>;
  readonly #vms: LocalVms;

  constructor(host: EnginePorts, read: Finder<Image>, vms: LocalVms) {
    this.#host = host;
    this.#read = read;
    this.#vms = vms;
  }

  list(signal: AbortSignal): Promise<readonly Image[]> {
    return this.#read.list(signal);
  }

  find(query: string, signal: AbortSignal): Promise<Image> {
    return this.#read.find(query, signal);
  }

  async import(source: string, request: ImportImageRequest, op: ClientOperation): Promise<Image> {
    const disk = parseDiskFile(source);
    if (disk) return await importDisk(disk, request.arch ?? hostArch, this.#host, this.#host.objects, op);
    return await importAndRecord(
      await importRequest(source, request, this.#host, op),
      this.#host,
      this.#host.objects,
      op,
    );
  }

  async save(
    queries: readonly string[],
    request: { readonly format: 'oci' | 'docker'; readonly output: Writable },
    op: ClientOperation,
  ): Promise<void> {
    const images = await Promise.all(queries.map((query) => this.find(query, op.signal)));
    await saveImages(images, request, this.#host, op);
  }

  async load(
    archive: Readable,
    request: Pick<ImportImageRequest, 'maxSize'>,
    op: ClientOperation,
  ): Promise<readonly Image[]> {
    return await loadImages(archive, request, this.#host, this.#host.objects, op);
  }

  async push(
    query: string,
    request: { readonly destination?: string; readonly registryConfigDir?: string },
    op: ClientOperation,
  ): Promise<{ readonly name: string; readonly digest: string }> {
    return await pushImage(await this.find(query, op.signal), request, this.#host, op);
  }

  async tag(query: string, target: string, op: ClientOperation): Promise<Image> {
    const { paths } = this.#host;
    parseTag(target);
    using _layout = await lockLayout(paths, op.signal);
    using _content = await lockContent(paths, op.signal);
    const image = await this.find(query, op.signal);
    return await tagImage({ image, target, vms: await listOwnVms(this.#host) }, this.#host);
  }

  async remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Image> {
    const image = await this.find(query, op.signal);
    const { paths, objects } = this.#host;
    return await removeUnused(
      {
        force: request.force,
        lock: () => lockLayout(paths, op.signal),
        find: async () => {
          const found = await this.find(image.metadata.uid, op.signal);
          const users = await imageUsers(found, this.#host);
          const templates = await imageTemplates(found, this.#host);
          return { found, users, templates };
        },
        inUse: (vm) => imageInUse(shownName(image), vm),
        removeTemplate: (template) => removeSnapshot(template, this.#host, op.signal),
        remove: (found) => removeImageObject(found, this.#host, objects),
      },
      { paths, vms: this.#vms },
      op,
    );
  }
}

/** @throws CodedError IMAGE_IN_USE if the disk of a snapshot needs this image and somebody keeps it */
async function imageTemplates(image: Image, host: EnginePorts): Promise<readonly Snapshot[]> {
  const { digest } = image.status;
  if ((await listImages(host.objects)).filter(({ status }) => status.digest === digest).length > 1) return [];
  return await needingTemplates(
    ({ status }) => status.image.digest === digest,
    (snapshot) => imageInSnapshot(shownName(image), snapshot),
    host,
  );
}

/** Returns the VMs whose disk needs this image. */
async function imageUsers({ status: { digest } }: Image, host: OwnObjects): Promise<readonly Vm[]> {
  if ((await listImages(host.objects)).filter(({ status }) => status.digest === digest).length > 1) return [];
  return (await listOwnVms(host)).filter(({ status }) => status.image?.digest === digest);
}
