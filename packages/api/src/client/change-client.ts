import type { Image } from '../v1/image.ts';
import type { ClientOperation } from './progress.ts';

/** A file that was added to the image, changed or deleted. */
export interface FileChange {
  readonly kind: 'A' | 'C' | 'D';
  /** The absolute path in the VM. */
  readonly path: string;
}

/** Changes to an image's config. The fields have the names of the OCI image-spec's config. */
export interface ImageConfigChanges {
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  /** Variables, each as `NAME=value`. */
  readonly env?: readonly string[];
  readonly labels?: readonly string[];
  readonly exposedPorts?: readonly string[];
  readonly user?: string;
  readonly workingDir?: string;
  readonly stopSignal?: string;
}

export interface CommitRequest {
  /** The name of the new image. */
  readonly reference: string;
  readonly author?: string;
  readonly message?: string;
  readonly config: ImageConfigChanges;
}

/**
 * Reads the changes that VMs have made to the files of their images. The things that make one VM differ from
 * the next (keys, names, addresses) are left out.
 */
export interface ChangeClient {
  /**
   * Lists the changed files of a VM.
   * @throws CodedError CHANGES_UNREADABLE
   */
  list(query: string, op: ClientOperation): Promise<readonly FileChange[]>;
  /**
   * Creates an image from a VM: the VM's own image with one more layer.
   * @throws CodedError CHANGES_UNREADABLE
   */
  commit(query: string, request: CommitRequest, op: ClientOperation): Promise<Image>;
}
