import { sendRequests } from './api-client.ts';

/** Files of one snapshot, as Firecracker sees them: of its devices and vCPUs, and of the guest's memory. */
export interface SnapshotFiles {
  readonly state: string;
  readonly memory: string;
}

/**
 * Halts a machine and writes down what it is; it stays halted. Its disks are not part of that: whoever wants them copies
 * them before the machine goes on. @throws CodedError VMM_REFUSED
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
 * Has a Firecracker that has been told nothing yet go on where a snapshot was taken, in place of a boot. `taps` are those of
 * eth0 and on, which may have other names by now. @throws CodedError VMM_REFUSED
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
