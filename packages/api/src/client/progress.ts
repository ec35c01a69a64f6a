import type { Operation } from '@ignite/toolkit/async/operation';

/** What a long operation tells while it works. `total` is in bytes where it is known. */
export type ProgressEvent =
  | { readonly kind: 'step'; readonly message: string }
  | { readonly kind: 'transfer'; readonly what: string; readonly done: number; readonly total?: number }
  | { readonly kind: 'warning'; readonly message: string };

export type ClientOperation = Operation<ProgressEvent>;
