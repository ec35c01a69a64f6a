/**
 * What is known of a value before it is there: its type, as far as an expression needs it to be right. `any` is
 * what nothing is known of.
 */
export type CelShape =
  | { readonly type: 'any' | ScalarShape }
  | { readonly type: 'list'; readonly items: CelShape }
  | { readonly type: 'map'; readonly values: CelShape }
  | {
      readonly type: 'object';
      readonly fields: Readonly<Record<string, CelShape>>;
    };

export type ScalarShape =
  'bool' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'null_type' | 'duration' | 'timestamp';

export const anyShape: CelShape = { type: 'any' };
