import type { Readable, Writable } from 'node:stream';
import type { Vm } from '../v1/vm.ts';
import type { ClientOperation } from './progress.ts';

/** VMs as archives, which hold definition, disk, image and kernel. */
export interface ArchiveClient {
  export(query: string, output: Writable, op: ClientOperation): Promise<void>;
  /**
   * Makes a VM of an archive: a new one, with an identity and keys of its own, and not started.
   * @throws CodedError VM_ARCHIVE_INVALID
   */
  import(archive: Readable, request: { readonly name?: string }, op: ClientOperation): Promise<Vm>;
}
