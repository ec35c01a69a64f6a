import type { Readable, Writable } from 'node:stream';
import type { Vm } from '../v1/vm.ts';
import type { ClientOperation } from './progress.ts';

export interface ImportVmRequest {
  /** The namespace; the default is `default`. */
  readonly namespace?: string;
  /** The name of the new VM. The default is its name in the archive. */
  readonly name?: string;
  /**
   * The things of this host that the VM may use, each as `volume=db` or `port=8080`. A VM that asks for
   * anything else is refused.
   */
  readonly allow?: readonly string[];
}

/** Exports and imports VMs as archives, which contain the definition, disk, image and kernel. */
export interface ArchiveClient {
  export(query: string, output: Writable, op: ClientOperation): Promise<void>;
  /**
   * Creates a VM from an archive. It is a new VM with an identity and keys of its own, and is not started.
   * @throws CodedError VM_ARCHIVE_INVALID, IMPORT_NOT_ALLOWED
   */
  import(archive: Readable, request: ImportVmRequest, op: ClientOperation): Promise<Vm>;
}
