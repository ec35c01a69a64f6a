import type { Operation } from '@ignite/toolkit/async/operation';

/** The progress of a long operation. `total` is in bytes, if it is known. */
export type ProgressEvent =
  | { readonly kind: 'step'; readonly message: string }
  | { readonly kind: 'transfer'; readonly what: string; readonly done: number; readonly total?: number }
  | { readonly kind: 'warning'; readonly message: string };

export type ClientOperation = Operation<ProgressEvent>;
