import type { Readable, Writable } from 'node:stream';
import type { Vm } from '../v1/vm.ts';
import type { ClientOperation } from './progress.ts';

export interface ImportVmRequest {
  /** As it was, where none is given. */
  readonly name?: string;
  /** What of this host the VM may be given, each as `volume=db` or `port=8080`; what it wants else has it refused. */
  readonly allow?: readonly string[];
}

/** VMs as archives, which hold definition, disk, image and kernel. */
export interface ArchiveClient {
  export(query: string, output: Writable, op: ClientOperation): Promise<void>;
  /**
   * Makes a VM of an archive: a new one, with an identity and keys of its own, and not started.
   * @throws CodedError VM_ARCHIVE_INVALID, IMPORT_NOT_ALLOWED
   */
  import(archive: Readable, request: ImportVmRequest, op: ClientOperation): Promise<Vm>;
}
