import type { ClientOperation } from '@ignite/api/client/progress';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import { parsePlatform } from '@ignite/api/v1/platform';
import type { Vm } from '@ignite/api/v1/vm';
import type { Rollback } from '@ignite/toolkit/async/rollback';
import type { CodedError } from '@ignite/toolkit/errors/coded-error';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { locksDir } from '../../tools/host/paths.ts';
import type { KernelDeps } from '../../tools/kernel/assemble-kernel.ts';
import { adoptKernel, removeKernelObject } from '../../tools/kernel/kernel-objects.ts';
import { importAndRecord, removeImageObject } from '../../tools/oci/image-objects.ts';
import type { ImageDeps } from '../../tools/oci/import-image.ts';
import { lockLayout } from '../../tools/oci/layout-lock.ts';
import { listImages, listKernels, listSnapshots } from '../../tools/store/list-objects.ts';
import { listOwnVms } from '../../tools/store/own-vms.ts';
import { lockContent } from '../../vm/content-lock.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';

export type ContentPorts = VmPorts & ImageDeps & KernelDeps;

/** An image by its name on the host that has sent it, and its digest. */
export interface SentImage {
  readonly reference: string;
  readonly digest: string;
  readonly platform: string;
}

/**
 * Returns the image of an archive, after importing it from there unless this host has it. It goes again if what follows fails.
 * `location` is where it is, in skopeo's words, and `invalid` makes the error of an archive with another image.
 */
export async function ensureArchived(
  image: SentImage,
  location: string,
  invalid: (why: string) => CodedError,
  undo: Rollback,
  host: ContentPorts,
  op: ClientOperation,
): Promise<Image> {
  const images = await listImages(host.objects);
  const known = images.find(({ status }) => status.digest === image.digest);
  if (known) return known;
  // If this host has an image of that name, the name keeps referring to it.
  const isTaken = images.some(({ spec }) => spec.oci === image.reference);
  const name = isTaken ? `image-${image.digest.slice(7, 19)}:latest` : image.reference;
  const transport = location.startsWith('oci-archive:') ? 'oci-archive' : 'oci';
  const source = { transport, location, name } as const;
  const imported = await importAndRecord(
    { source, platform: parsePlatform(image.platform) },
    host,
    host.objects,
    op,
  );
  undo.defer(() => forgetImage(imported, host));
  if (imported.status.digest !== image.digest) throw invalid(`its image is not ${image.digest}`);
  return imported;
}

/** A kernel as the host describes it that has sent it. */
export type SentKernel = Omit<Parameters<typeof adoptKernel>[1], 'size'>;

/** Returns the kernel in a folder, after taking it over unless this host has it. It goes again if what follows fails. */
export async function ensureKernel(
  kernel: SentKernel,
  dir: string,
  undo: Rollback,
  host: ContentPorts,
  signal: AbortSignal,
): Promise<Kernel> {
  const before = await listKernels(host.objects);
  const adopted = await adoptKernel(dir, kernel, host, signal);
  if (!before.some(({ metadata }) => metadata.uid === adopted.metadata.uid))
    undo.defer(() => forgetKernel(adopted, host));
  return adopted;
}

/** What VMs and snapshots use. */
const usesIn = async (host: ContentPorts): Promise<readonly Pick<Vm['status'], 'image' | 'kernel'>[]> =>
  [...(await listOwnVms(host)), ...(await listSnapshots(host.objects))].map(({ status }) => status);

/** Undo steps also run after an abort. */
const { signal: unaborted } = new AbortController();

/** Removes an imported image unless a VM or a snapshot uses it by now. */
export async function forgetImage(image: Image, host: ContentPorts): Promise<void> {
  using _layout = await lockLayout(host.paths, unaborted);
  using _content = await lockContent(host.paths, unaborted);
  const { uid } = image.metadata;
  const isUsed = (await usesIn(host)).some((uses) => uses.image?.digest === image.status.digest);
  const isThere = (await listImages(host.objects)).some(({ metadata }) => metadata.uid === uid);
  if (isThere && !isUsed) await removeImageObject(image, host, host.objects);
}

/** Removes an imported kernel unless a VM or a snapshot uses it by now. */
async function forgetKernel(kernel: Kernel, host: ContentPorts): Promise<void> {
  using _kernels = await acquireLock(locksDir(host.paths), 'kernel', unaborted);
  using _content = await lockContent(host.paths, unaborted);
  const { uid } = kernel.metadata;
  const isUsed = (await usesIn(host)).some((uses) => uses.kernel?.id === kernel.status.id);
  const isThere = (await listKernels(host.objects)).some(({ metadata }) => metadata.uid === uid);
  if (isThere && !isUsed) await removeKernelObject(kernel, host, host.objects);
}
