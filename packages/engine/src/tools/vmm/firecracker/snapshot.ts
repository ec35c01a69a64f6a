import { sendRequests } from './api-client.ts';

/**
 * The files of a snapshot, as Firecracker sees them: `state` for its devices and vCPUs, and `memory` for the
 * guest's memory.
 */
export interface SnapshotFiles {
  readonly state: string;
  readonly memory: string;
}

/**
 * Pauses a machine and saves a snapshot of it. The machine stays paused. The snapshot does not contain its
 * disks: a caller who needs them must copy them before the machine is resumed.
 * @throws CodedError VMM_REFUSED
 */
export async function saveSnapshot(
  control: string,
  { state, memory }: SnapshotFiles,
  signal: AbortSignal,
): Promise<void> {
  const create = { snapshot_type: 'Full', snapshot_path: state, mem_file_path: memory } as const;
  await sendRequests(
    control,
    [
      { method: 'PATCH', path: '/vm', body: { state: 'Paused' } },
      { method: 'PUT', path: '/snapshot/create', body: create },
    ],
    signal,
  );
}

/**
 * Resumes a machine from a snapshot, instead of a boot. The Firecracker must not have been configured yet.
 * `taps` are the tap devices of eth0 and the interfaces after it, whose names may have changed since.
 * @throws CodedError VMM_REFUSED
 */
export async function loadSnapshot(
  control: string,
  { state, memory, taps }: SnapshotFiles & { readonly taps: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  const body = {
    snapshot_path: state,
    mem_backend: { backend_type: 'File', backend_path: memory },
    resume_vm: true,
    network_overrides: taps.map((tap, at) => ({ iface_id: `eth${at}`, host_dev_name: tap })),
  } as const;
  await sendRequests(control, [{ method: 'PUT', path: '/snapshot/load', body }], signal);
}
