import type { CustomResourceDefinition } from './definition.ts';

/** A kind that the server has without a definition. */
export interface BuiltInKind {
  readonly group: string;
  /** The plural name. */
  readonly resource: string;
  readonly kind: string;
}

/**
 * Pure. Returns the kind of the server itself that a definition would define once more, if there is one. Such a definition
 * may be older than the kind, and its objects are those of the server.
 */
export const builtInKindOf = (
  { spec: { group, names } }: CustomResourceDefinition,
  builtIn: readonly BuiltInKind[],
): BuiltInKind | undefined =>
  builtIn.find(
    (each) => each.group === group && (each.resource === names.plural || each.kind === names.kind),
  );
