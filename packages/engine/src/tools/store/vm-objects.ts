import { isDeepStrictEqual } from 'node:util';
import { findByQuery } from '@ignite/api/client/find';
import type { Image } from '@ignite/api/v1/image';
import type { Vm, VmSpec, VmStatus } from '@ignite/api/v1/vm';
import { withConditions } from '@ignite/api/v1/vm-conditions';
import type { KindKey } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient, WriteOptions } from '@ignite/toolkit/client/object-client';
import { imagesIn, vmsIn } from './kind-clients.ts';

export const vmFinalizer = 'ignite.weave.works/host';

export const getVm = async (objects: ObjectClient, key: KindKey): Promise<Vm> =>
  await vmsIn(objects).get(key);

/**
 * Returns the current state of a VM by its uid, whatever its name is now.
 * @throws CodedError VM_NOT_FOUND
 */
export async function findVm(objects: ObjectClient, uid: string): Promise<Vm> {
  const vm = await vmsIn(objects).findByUid(uid);
  return findByQuery('VM', vm ? [vm] : [], uid);
}

/** What a VM is wanted to be, and by whom it is kept. */
interface VmWish extends Partial<Pick<Vm['metadata'], 'finalizers' | 'labels' | 'annotations'>> {
  readonly spec?: VmSpec;
}

/** Changes what a VM is wanted to be, whoever else writes in between, and leaves its status alone. */
export const changeVm = async (
  objects: ObjectClient,
  vm: Vm,
  change: (now: Vm) => VmWish,
  options?: Pick<WriteOptions, 'dryRun'>,
): Promise<Vm> =>
  await vmsIn(objects).modify(
    vm.metadata,
    (now) => {
      const { spec = now.spec, ...metadata } = change(now);
      const next = { ...now, spec, metadata: { ...now.metadata, ...metadata } };
      return isDeepStrictEqual(next, now) ? now : next;
    },
    { ...options, known: vm },
  );

/**
 * Changes the status of a VM in the same way, and leaves its spec alone. Its conditions are kept in step with the rest of
 * the status.
 */
export const changeVmStatus = async (
  objects: ObjectClient,
  vm: Vm,
  change: (now: Vm) => VmStatus,
): Promise<Vm> =>
  await vmsIn(objects).modifyStatus(vm.metadata, (now) => withStatus(now, change(now)), { known: vm });

/** Returns the same VM if its status does not change. */
export function withStatus(now: Vm, wanted: VmStatus): Vm {
  const status = withConditions({ spec: now.spec, status: wanted }, new Date().toISOString());
  return isDeepStrictEqual(status, now.status) ? now : { ...now, status };
}

/** Returns the image that a VM was created from. */
export async function imageOf(vm: Vm, objects: ObjectClient): Promise<Image> {
  const { digest } = vm.status.image ?? {};
  const [image] =
    digest === undefined ? [] : (await imagesIn(objects).list(selectedBy('status.digest', digest))).items;
  if (!image) throw new Error(`the image of VM ${vm.metadata.name} is not in the store`);
  return image;
}

const selectedBy = (field: string, value: string) => ({ fields: [{ field, operator: '=', value }] }) as const;
