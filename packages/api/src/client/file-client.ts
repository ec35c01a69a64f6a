import type { Readable, Writable } from 'node:stream';
import type { ClientOperation } from './progress.ts';

export interface CopyRequest {
  readonly vm: string;
  /** The path in the VM. A relative path starts at root's home folder. */
  readonly vmPath: string;
  /** Copies the targets of symlinks instead of the symlinks. */
  readonly follow: boolean;
  /** The private key. The default is the one that was made for the VM. */
  readonly identity?: string;
  readonly timeoutMs: number;
}

/**
 * Copies files of running VMs. Folders are copied whole, with modes and times, and existing files
 * are replaced.
 */
export interface FileClient {
  /**
   * Copies to the VM. If `vmPath` is an existing folder, the copy goes into it under the source's name;
   * otherwise it gets that very path. Owners are kept as numbers.
   * @throws CodedError COPY_FAILED, and what `exec` of a VM throws
   */
  copyIn(hostPath: string, request: CopyRequest, op: ClientOperation): Promise<void>;
  /**
   * Copies from the VM. The copies belong to the user who runs the command, and never run as another user.
   * @throws CodedError COPY_FAILED
   */
  copyOut(hostPath: string, request: CopyRequest, op: ClientOperation): Promise<void>;
  /**
   * Unpacks a tar archive into a folder of the VM.
   * @throws CodedError COPY_FAILED
   */
  unpackIn(archive: Readable, request: CopyRequest, op: ClientOperation): Promise<void>;
  /**
   * Packs a file or folder of the VM into a tar archive.
   * @throws CodedError COPY_FAILED
   */
  packOut(archive: Writable, request: CopyRequest, op: ClientOperation): Promise<void>;
}
