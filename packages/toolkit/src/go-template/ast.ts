interface Located {
  readonly position: number;
  /** As it was written, but for blanks: errors name it. */
  readonly source: string;
}

export type Operand = Located &
  (
    | { readonly kind: 'dot' }
    | { readonly kind: 'nil' }
    | { readonly kind: 'constant'; readonly value: boolean | bigint | number | string }
    /** `.a.b` */
    | { readonly kind: 'field'; readonly names: readonly string[] }
    /** `$x.a.b` */
    | { readonly kind: 'variable'; readonly name: string; readonly names: readonly string[] }
    | { readonly kind: 'function'; readonly name: string }
    /** `(pipeline).a.b` */
    | { readonly kind: 'chain'; readonly of: Operand; readonly names: readonly string[] }
    | { readonly kind: 'pipeline'; readonly pipeline: Pipeline }
  );

export interface Command extends Located {
  readonly first: Operand;
  readonly args: readonly Operand[];
}

export interface Pipeline extends Located {
  /** That it declares or, with `isAssignment`, sets. */
  readonly variables: readonly string[];
  readonly isAssignment: boolean;
  readonly commands: readonly Command[];
}

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | ({ readonly kind: 'if' | 'with' | 'range' } & Branches)
  | (Located & { readonly kind: 'template'; readonly name: string; readonly pipeline: Pipeline | undefined })
  | { readonly kind: 'break' | 'continue' };

export interface Branches {
  readonly pipeline: Pipeline;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
}

/** What is to be done, and the templates by name that it may call. */
export interface ParsedTemplate {
  readonly root: readonly Node[];
  readonly named: ReadonlyMap<string, readonly Node[]>;
}
