import type { ImageUpdate, ImageUpdateRequest } from '../images/plan-image-updates.ts';
import { planImageUpdates } from '../images/plan-image-updates.ts';
import type { Scheme } from '../scheme/scheme.ts';
import { type DecodeLimits, type DecodedFile, type RevisionText, decodeRevision } from './decode-revision.ts';

/**
 * The port for all work on the text of sources, whose authors may be malicious. The signal aborts it.
 * @throws CodedError with one of `RenderErrorCode`
 */
export interface SourceReader {
  decode(text: RevisionText, signal: AbortSignal): Promise<readonly DecodedFile[]>;
  updateImages(request: ImageUpdateRequest, signal: AbortSignal): Promise<readonly ImageUpdate[]>;
}

export type RenderErrorCode = 'RENDER_TIMEOUT' | 'RENDER_TOO_LARGE';

/** Reads in the calling thread: for a person's own files, and within the worker of a `WorkerReader`. */
export class DirectReader implements SourceReader {
  readonly #scheme: Scheme;
  readonly #limits: DecodeLimits | undefined;

  constructor(scheme: Scheme, limits?: DecodeLimits) {
    this.#scheme = scheme;
    this.#limits = limits;
  }

  async decode(text: RevisionText): Promise<readonly DecodedFile[]> {
    return decodeRevision(text, this.#scheme, this.#limits);
  }

  async updateImages(request: ImageUpdateRequest): Promise<readonly ImageUpdate[]> {
    return planImageUpdates(request, this.#scheme);
  }
}
