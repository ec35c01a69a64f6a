import type { KindVersion, Versioned } from '@ignite/toolkit/scheme/kind';
import { type Fields, type Move, type Place, isFields, lower, raise } from './field-moves.ts';
import { type Kept, keptOf, withKept } from './kept-fields.ts';

/** The annotations of an object of one version with what of it the other version cannot express. */
const annotations = {
  onNew: 'ignite.weave.works/fields-of-v1beta1',
  onOld: 'ignite.weave.works/fields-of-v1beta2',
} as const;

/** The differences of a kind between an older version, which is v1beta1 unless it says another one, and v1beta2. */
export interface Differences {
  readonly version?: string;
  readonly spec: readonly Move[];
  readonly status?: readonly Move[];
}

/**
 * Returns the conversion of a kind between v1beta1 and v1beta2, its hub. What one of them cannot express is kept in an
 * annotation of the other one.
 */
export function conversionOf({ spec, status = [] }: Differences): NonNullable<KindVersion['conversion']> {
  const up = (value: unknown, place: Place): unknown =>
    changed(value, (fields) => raise(fields, spec, place));
  const down = (value: unknown, place: Place): unknown =>
    changed(value, (fields) => lower(fields, spec, place));
  const withStatus = (value: unknown, change: typeof raise, place: Place): object =>
    value === undefined ? {} : { status: changed(value, (fields) => change(fields, status, place)) };
  return {
    toHub: ({ metadata, spec: old, status: seen }) => {
      const place = placeOf(metadata);
      const raised = up(old, place);
      const kept = keptOf(old, down(raised, place));
      return {
        metadata: withNote(metadata, annotations.onNew, kept),
        spec: restored(raised, metadata, annotations.onOld),
        ...withStatus(seen, raise, place),
      };
    },
    fromHub: ({ metadata, spec: hub, status: seen }) => {
      const place = placeOf(metadata);
      const lowered = down(hub, place);
      const kept = keptOf(hub, up(lowered, place));
      return {
        metadata: withNote(metadata, annotations.onOld, kept),
        spec: restored(lowered, metadata, annotations.onNew),
        ...withStatus(seen, lower, place),
      };
    },
  };
}

function changed(value: unknown, change: (fields: Fields) => void): unknown {
  if (!isFields(value)) return value;
  const copy = structuredClone(value);
  change(copy);
  return copy;
}

const placeOf = ({ namespace }: Versioned['metadata']): Place => ({
  namespace: typeof namespace === 'string' ? namespace : undefined,
});

function withNote(
  metadata: Versioned['metadata'],
  name: string,
  kept: Kept | undefined,
): Versioned['metadata'] {
  const { [annotations.onNew]: _new, [annotations.onOld]: _old, ...others } = metadata.annotations ?? {};
  if (!kept && metadata.annotations === undefined) return metadata;
  return { ...metadata, annotations: { ...others, ...(kept && { [name]: JSON.stringify(kept) }) } };
}

/** Somebody may have damaged the note: nothing is restored then. */
function restored(value: unknown, metadata: Versioned['metadata'], name: string): unknown {
  const note = metadata.annotations?.[name];
  if (note === undefined) return value;
  try {
    return withKept(value, JSON.parse(note) as Kept);
  } catch {
    return value;
  }
}
