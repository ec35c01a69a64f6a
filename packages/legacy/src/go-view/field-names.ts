import { type ImageStatus, imageSpecSchema } from '@ignite/api/v1/image';
import { type KernelStatus, kernelSpecSchema } from '@ignite/api/v1/kernel';
import { type VmStatus, vmSpecSchema } from '@ignite/api/v1/vm';
import type { ObjectMeta } from '@ignite/toolkit/object/kube-object';
import { explainFields } from '@ignite/toolkit/scheme/explain';
import type { KindVersion } from '@ignite/toolkit/scheme/kind';
import type { FieldNames } from './document-view.ts';

/** Every name of a type, also those that need not be set; the compiler sees to it that none is missing. */
const metadata = Object.keys({
  name: true,
  namespace: true,
  uid: true,
  resourceVersion: true,
  generation: true,
  creationTimestamp: true,
  labels: true,
  annotations: true,
  finalizers: true,
  ownerReferences: true,
  deletionTimestamp: true,
} satisfies Record<keyof ObjectMeta, true>);

const vmStatus = Object.keys({
  phase: true,
  arch: true,
  message: true,
  observedGeneration: true,
  conditions: true,
  lastWish: true,
  startRetry: true,
  image: true,
  kernel: true,
  adopted: true,
  identity: true,
  bootstrap: true,
  network: true,
  restarts: true,
  pending: true,
  booted: true,
  memory: true,
  startTime: true,
  readyTime: true,
  finishTime: true,
  exitCode: true,
} satisfies Record<keyof VmStatus, true>);

const imageStatus = Object.keys({
  digest: true,
  platform: true,
  bootMode: true,
  config: true,
  size: true,
  baseDisk: true,
} satisfies Record<keyof ImageStatus, true>);

const kernelStatus = Object.keys({
  id: true,
  version: true,
  arch: true,
  size: true,
} satisfies Record<keyof KernelStatus, true>);

/** The names of each kind that has a view of its own. */
export const fieldNames: Readonly<Record<'VM' | 'Image' | 'Kernel', FieldNames>> = {
  VM: namesOf(vmSpecSchema, vmStatus),
  Image: namesOf(imageSpecSchema, imageStatus),
  Kernel: namesOf(kernelSpecSchema, kernelStatus),
};

function namesOf(spec: NonNullable<KindVersion['spec']>, status: readonly string[]): FieldNames {
  return ([part, ...path]) => {
    if (part === 'spec') return explainFields(spec, path)?.map(({ name }) => name);
    if (path.length > 0) return undefined;
    return part === 'status' ? status : part === 'metadata' ? metadata : undefined;
  };
}
