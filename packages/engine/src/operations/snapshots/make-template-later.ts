import type { ClientOperation } from '@ignite/api/client/progress';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { coldReason, noTemplateAnnotation } from '@ignite/api/v1/template';
import type { Image } from '@ignite/api/v1/image';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { tryLock } from '@ignite/toolkit/lock/process-lock';
import { locksDir } from '../../tools/host/paths.ts';
import { imagesIn } from '../../tools/store/kind-clients.ts';
import { changeVm, findVm, imageOf } from '../../tools/store/vm-objects.ts';
import { cannotWarm, templateDeferred } from '../../vm/errors.ts';
import { removeAllUnfinished } from '../../vm/lifecycle/remove-unfinished.ts';
import { unjudged } from '../../vm/unjudged.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';
import { type TemplateRequest, findTemplate, makeTemplate } from './make-template.ts';
import type { Makers } from './makers.ts';
import { lackOfRoom, roomOf } from './room-for-template.ts';

/** The failures that come of the image. It would be no better the next time. */
const lasting = ['WARM_UNSUPPORTED', 'SNAPSHOT_UNSUPPORTED', 'SSH_UNREACHABLE'];
/** The time after which an image is tried again of which no template could be made. */
const retryMs = 24 * 3_600_000;

/**
 * Makes a template in the background, for a VM that has booted for lack of it. It is made only while the host has room for it. Of the
 * makers in the background one is at work on a host, and the others leave it at that. The VM says why none was made.
 * @throws CodedError WARM_UNSUPPORTED, TEMPLATE_DEFERRED
 */
export async function makeTemplateLater(
  request: TemplateRequest,
  bootedVm: string,
  makers: Makers,
  op: ClientOperation,
): Promise<Snapshot> {
  const host = unjudged(makers.host);
  try {
    const template = await makeWithRoom(request, bootedVm, makers, op);
    await tell(bootedVm, undefined, host);
    return template;
  } catch (failure) {
    if (!op.signal.aborted) await tell(bootedVm, failure, host);
    throw failure;
  }
}

async function makeWithRoom(
  request: TemplateRequest,
  bootedVm: string,
  makers: Makers,
  op: ClientOperation,
): Promise<Snapshot> {
  const { host } = makers;
  await removeAllUnfinished(host, op); // its memory may be what the host lacks
  const vm = await findVm(host.objects, bootedVm);
  const cold = coldReason(vm);
  if (cold !== undefined) throw cannotWarm(cold); // its image is no worse for that
  const known = await findTemplate(vm, host);
  if (known) return known;
  using lock = tryLock(locksDir(host.paths), 'template-in-background');
  if (!lock) throw templateDeferred('another one is being made');
  const image = await imageOf(vm, host.objects);
  const failed = failureOf(image, host.clock.now());
  if (failed !== undefined) throw templateDeferred(failed);
  const lack = lackOfRoom(vm.spec.memory, await roomOf(host.paths));
  if (lack !== undefined) throw templateDeferred(lack);
  try {
    return await makeTemplate({ ...request, inBackground: true }, makers, op);
  } catch (failure) {
    const isLasting = !op.signal.aborted && lasting.some((code) => hasCode(failure, code));
    if (isLasting) await recordFailure(image, failure, unjudged(host));
    throw failure;
  }
}

/** Pure. Returns why no template could be made of an image, if that was tried within a day. */
export function failureOf({ metadata }: Pick<Image, 'metadata'>, nowMs: number): string | undefined {
  const [at = '', why] = metadata.annotations[noTemplateAnnotation]?.split(/ (.*)/s) ?? [];
  return nowMs - Date.parse(at) < retryMs ? why : undefined;
}

/** Keeps in an image why no template could be made of it, so that not each of its VMs has another one booted in vain. */
async function recordFailure(image: Image, failure: unknown, { objects, clock }: VmPorts): Promise<void> {
  const said = `${new Date(clock.now()).toISOString()} ${errorText(failure)}`;
  await imagesIn(objects).modify(image.metadata, (now) => ({
    ...now,
    metadata: { ...now.metadata, annotations: { ...now.metadata.annotations, [noTemplateAnnotation]: said } },
  }));
}

/** Says in a VM why no template was made for it, or no longer, if it is still there. */
async function tell(uid: string, failure: unknown, { objects }: VmPorts): Promise<void> {
  try {
    await changeVm(objects, await findVm(objects, uid), ({ metadata }) => {
      const { [noTemplateAnnotation]: _before, ...annotations } = metadata.annotations;
      const said = failure === undefined ? {} : { [noTemplateAnnotation]: errorText(failure) };
      return { annotations: { ...annotations, ...said } };
    });
  } catch (gone) {
    if (!['VM_NOT_FOUND', 'NOT_FOUND', 'VM_LEAVING'].some((code) => hasCode(gone, code))) throw gone;
  }
}
