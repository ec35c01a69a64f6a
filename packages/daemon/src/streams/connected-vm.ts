import { vmKind } from '@ignite/api/v1/object-kinds';
import type { VmClient } from '@ignite/api/client/vm-client';
import type { Vm } from '@ignite/api/v1/vm';
import type { Target } from '@ignite/apiserver/resource/connector';
import { vmContainer } from '@ignite/apiserver/views/pod/container-status';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { badRequest } from '@ignite/toolkit/client/object-error';
import { CodedError } from '@ignite/toolkit/errors/coded-error';

/** Where VMs are found and reached. */
export interface VmSource {
  readonly objects: ObjectClient;
  /** The VMs of this host. */
  readonly vms: VmClient;
}

/**
 * Finds the VM that a client wants to be connected with: itself, or the Pod that shows it.
 * @throws ObjectError NOT_FOUND, or BAD_REQUEST if it has no such container, or is on another host
 */
export async function connectedVm(
  { key: { namespace, name } }: Target,
  { objects, vms }: VmSource,
  { container, signal }: { readonly container?: string | undefined; readonly signal: AbortSignal },
): Promise<Vm> {
  if (container !== undefined && container !== vmContainer && container !== name)
    throw badRequest(`the VM "${name}" has no container "${container}", only "${vmContainer}"`);
  const known = new KindClient(objects, vmKind);
  const { metadata } = await known.get({ ...(namespace !== undefined && { namespace }), name }, { signal });
  return await toldPlainly(vms.find(metadata.uid, signal));
}

/** The failures that a client may be told, since they are about the VM and nothing else. */
const plain: readonly string[] = [
  'VM_NOT_RUNNING',
  'VM_PAUSED',
  'VM_ELSEWHERE',
  'VM_NO_ADDRESS',
  'CONSOLE_UNSUPPORTED',
  'SSH_NO_KEY',
  'SSH_UNREACHABLE',
  'GUEST_SILENT',
];

/** Passes a result on, and what failed as an answer to the client. */
export async function toldPlainly<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (failure) {
    if (failure instanceof CodedError && plain.includes(failure.code))
      throw badRequest(failure.message, failure);
    throw failure;
  }
}

/** @throws ObjectError BAD_REQUEST */
export function checkRunning({ metadata: { name }, status: { phase } }: Vm): void {
  if (phase !== 'Running') throw badRequest(`the VM "${name}" is not running: ${phase}`);
}
