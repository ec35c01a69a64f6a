import type { Readable, Writable } from 'node:stream';
import type { ClientOperation } from './progress.ts';

export interface CopyRequest {
  readonly vm: string;
  /** Relative ones start at root's home folder. */
  readonly vmPath: string;
  /** Copies what symlinks lead to in place of the symlinks. */
  readonly follow: boolean;
  /** The private key; absent: the one made for the VM. */
  readonly identity?: string;
  readonly timeoutMs: number;
}

/** Files of running VMs, over SSH. Folders are copied whole, with modes and times; existing files are replaced. */
export interface FileClient {
  /**
   * Into a folder that exists, by the source's name, else to that very path. Owners are kept as numbers.
   * @throws CodedError COPY_FAILED, and what `sshTarget` throws
   */
  copyIn(hostPath: string, request: CopyRequest, op: ClientOperation): Promise<void>;
  /** The other way; what arrives is ours, and never runs as another user. @throws CodedError COPY_FAILED */
  copyOut(hostPath: string, request: CopyRequest, op: ClientOperation): Promise<void>;
  /** Unpacks a tar archive in a folder of the VM. @throws CodedError COPY_FAILED */
  unpackIn(archive: Readable, request: CopyRequest, op: ClientOperation): Promise<void>;
  /** Packs a file or folder of the VM as a tar archive. @throws CodedError COPY_FAILED */
  packOut(archive: Writable, request: CopyRequest, op: ClientOperation): Promise<void>;
}
