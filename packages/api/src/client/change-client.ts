import type { Image } from '../v1/image.ts';
import type { ClientOperation } from './progress.ts';

/** What became of a file of the image: added, changed or deleted. */
export interface FileChange {
  readonly kind: 'A' | 'C' | 'D';
  /** Absolute in the VM. */
  readonly path: string;
}

/** What an image's config shall say otherwise; the words are those of the OCI image-spec's config. */
export interface ImageConfigChanges {
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  /** `NAME=value` */
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

/** What VMs have made of their images. What makes one VM differ from the next (keys, names, addresses) is left out. */
export interface ChangeClient {
  /** @throws CodedError CHANGES_UNREADABLE */
  list(query: string, op: ClientOperation): Promise<readonly FileChange[]>;
  /** A new image: the VM's own with one more layer. @throws CodedError CHANGES_UNREADABLE */
  commit(query: string, request: CommitRequest, op: ClientOperation): Promise<Image>;
}
