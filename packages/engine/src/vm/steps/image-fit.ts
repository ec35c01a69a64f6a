import type { ClientOperation } from '@ignite/api/client/progress';
import type { Image } from '@ignite/api/v1/image';
import type { VmSpec } from '@ignite/api/v1/vm';
import { shownName } from '@ignite/api/v1/shown-name';
import { bytes, humanBytes } from '@ignite/toolkit/units/bytes';
import { invalidVm } from '../errors.ts';

interface RunnableImage {
  readonly metadata: Pick<Image['metadata'], 'name'>;
  readonly status: Pick<Image['status'], 'bootMode' | 'config'>;
}

/**
 * Checks that there is something to run.
 * @throws CodedError VM_INVALID if neither the image nor the VM names a program
 */
export function assertRunsSomething({ command }: Pick<VmSpec, 'command'>, image: RunnableImage): void {
  const { entrypoint, cmd } = image.status.config;
  if (image.status.bootMode !== 'entrypoint' || [...entrypoint, ...(command ?? cmd)].length > 0) return;
  throw invalidVm(
    `image "${shownName(image)}" has no entrypoint, no command and no init: nothing to run`,
    'give a command with "ignite run IMAGE -- COMMAND" or spec.command',
  );
}

/**
 * Warns if the requested disk is smaller than the image. As in the original, the disk is then made larger.
 */
export function warnOfSmallDisk(spec: VmSpec, image: Image, { report }: ClientOperation): void {
  const { size } = image.status.baseDisk;
  if (spec.diskSize >= size) return;
  const message = `the disk gets the size of image "${shownName(image)}", ${humanBytes(size)}, which does not fit in ${humanBytes(bytes(spec.diskSize))}`;
  report({ kind: 'warning', message });
}

/** Warns about variables of a VM that has no entrypoint to receive them. */
export function warnOfUnusedEnv(spec: VmSpec, image: Image, { report }: ClientOperation): void {
  if (spec.env === undefined || spec.command || image.status.bootMode === 'entrypoint') return;
  const message = `image "${shownName(image)}" boots its init, which does not get the variables of spec.env`;
  report({ kind: 'warning', message });
}
