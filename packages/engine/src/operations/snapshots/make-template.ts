import { createHash } from 'node:crypto';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { WarmRequest } from '@ignite/api/client/snapshot-client';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import {
  coldReason,
  inBackgroundAnnotation,
  makingTemplateLabel,
  planTemplates,
  templateLabel,
  templateSpec,
  templateTraits,
} from '@ignite/api/v1/template';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { newUid } from '@ignite/toolkit/object/uid';
import { locksDir } from '../../tools/host/paths.ts';
import { listSnapshots } from '../../tools/store/list-objects.ts';
import { withVmLocked } from '../../tools/store/vm-lock.ts';
import { validateRequest } from '../../vm/definition/create-vm.ts';
import { cannotWarm } from '../../vm/errors.ts';
import { removeAllUnfinished } from '../../vm/lifecycle/remove-unfinished.ts';
import { contentOf } from '../../vm/steps/ensure-content.ts';
import { actAsMaker, templateName } from '../../vm/template-maker.ts';
import { unjudged } from '../../vm/unjudged.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';
import { createSnapshot } from './create-snapshot.ts';
import type { Makers } from './makers.ts';
import { removeSnapshot } from '../../vm/steps/remove-snapshot.ts';

export interface TemplateRequest extends Omit<WarmRequest, 'bootedVm'> {
  /** Set if nobody waits for it, so that its VM gives way to others. */
  readonly inBackground?: boolean;
}

/**
 * Makes a template: the snapshot of a VM that has just booted and that nobody has used. Of several makers of the same template one boots
 * its VM, and the others wait for what it makes.
 * @throws CodedError WARM_UNSUPPORTED
 */
export async function makeTemplate(
  { namespace = 'default', spec: wanted, inBackground = false }: TemplateRequest,
  { host, vms }: Makers,
  op: ClientOperation,
): Promise<Snapshot> {
  await removeAllUnfinished(host, op);
  const { spec } = await validateRequest({ spec: wanted });
  const known = await findTemplateFor(namespace, spec, host, op);
  if (known) return known;
  const token = newUid();
  using _maker = await actAsMaker(namespace, token, host.paths, op.signal);
  const name = templateName(token);
  const labels = { [makingTemplateLabel]: token };
  const annotations = inBackground ? { [inBackgroundAnnotation]: '' } : {};
  const request = { namespace, name, labels, annotations, spec: templateSpec(spec) };
  const vm = await vms.create(request, op); // it is down until it is started below, for whoever restores VMs too
  await using after = new AsyncDisposableStack();
  after.defer(async () => {
    const { signal } = new AbortController();
    await vms.remove(vm.metadata.uid, { force: true }, { ...op, signal }).catch((failure: unknown) => {
      if (!hasCode(failure, 'VM_NOT_FOUND')) throw failure; // somebody has removed it, or its image
    });
  });
  const reason = coldReason({ ...vm, spec });
  if (reason !== undefined) throw cannotWarm(reason);
  const kind = `template-${namespace}-${templateKey(vm)}`;
  using _kind = await acquireLock(locksDir(host.paths), kind, op.signal);
  const found = await findTemplate(vm, host);
  if (found) return found;
  op.report({ kind: 'step', message: `Making a template of ${spec.image.oci}` });
  await vms.start(vm.metadata.uid, {}, op);
  const made = await withVmLocked(vm.metadata.uid, host, op.signal, (now) =>
    createSnapshot(now, { name, labels: { [templateLabel]: templateKey(now) }, wants: 'Machine' }, host, op),
  );
  for (const old of planTemplates(await listSnapshots(host.objects), host.clock.now()))
    await removeSnapshot(old, unjudged(host), op.signal);
  return made;
}

/** Returns the template for VMs of a spec, whose image and kernel are brought here if they are missing. */
async function findTemplateFor(
  namespace: string,
  spec: VmSpec,
  host: VmPorts,
  op: ClientOperation,
): Promise<Snapshot | undefined> {
  const vm = { metadata: { namespace }, spec, status: { phase: 'Created' } } as const;
  const content = await contentOf(vm, host, op);
  const like = { ...vm, status: { ...vm.status, ...content } };
  return coldReason(like) === undefined ? await findTemplate(like, host) : undefined;
}

/** What tells the kind of a template. */
type Templated = Pick<Vm, 'spec' | 'status'> & { readonly metadata: Pick<Vm['metadata'], 'namespace'> };

/** Returns the template for VMs like one, in its own namespace. */
export async function findTemplate(
  vm: Templated,
  { objects }: Pick<VmPorts, 'objects'>,
): Promise<Snapshot | undefined> {
  const key = templateKey(vm);
  return (await listSnapshots(objects)).find(
    ({ metadata }) =>
      metadata.labels[templateLabel] === key &&
      metadata.namespace === vm.metadata.namespace &&
      metadata.deletionTimestamp === undefined,
  );
}

/** Names the kind of the template from which a VM can start. */
export const templateKey = (vm: Pick<Vm, 'spec' | 'status'>): string =>
  createHash('sha256').update(templateTraits(vm)).digest('hex').slice(0, 32);
