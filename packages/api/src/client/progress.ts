import type { Operation } from '@ignite/toolkit/async/operation';

/** The progress of a long operation. `total` is in bytes, if it is known. */
export type ProgressEvent =
  | { readonly kind: 'step'; readonly message: string }
  | { readonly kind: 'transfer'; readonly what: string; readonly done: number; readonly total?: number }
  /** A part of the operation has ended, which took that long. Parts may contain each other, or run at once. */
  | { readonly kind: 'timing'; readonly what: string; readonly milliseconds: number }
  | { readonly kind: 'warning'; readonly message: string };

export type ClientOperation = Operation<ProgressEvent>;
