import type { VersionedMetadata } from '@ignite/toolkit/scheme/kind';
import { mergePatch } from '@ignite/toolkit/patch/merge-patch';
import { withoutUndefined } from './without-undefined.ts';

/** The annotations that hold, as JSON, those fields of an object that only the named version can express. */
const annotationOf = { v1: 'ignite.weave.works/v1', v1alpha4: 'ignite.weave.works/v1alpha4' } as const;
export type KeptVersion = keyof typeof annotationOf;

export type Fields = Readonly<Record<string, unknown>>;

/**
 * Pure. Returns the kept fields of a version. There are none if the annotation is not a JSON object, such as
 * after an edit by hand.
 */
export function keptFields(
  { annotations = {} }: Pick<VersionedMetadata, 'annotations'>,
  version: KeptVersion,
): Fields {
  try {
    return asFields(JSON.parse(annotations[annotationOf[version]] ?? '{}'));
  } catch {
    return {};
  }
}

/**
 * Pure. Returns the annotations with further kept fields of one version, and without those of the other
 * version, which are fields again.
 */
export function withKept(
  annotations: Readonly<Record<string, string>>,
  version: KeptVersion,
  fields: Fields,
): Readonly<Record<string, string>> {
  const { v1: _v1, v1alpha4: _v1alpha4 } = annotationOf;
  const { [_v1]: _first, [_v1alpha4]: _second, ...others } = annotations;
  const kept = withoutEmpty(withoutUndefined(fields));
  return isEmpty(kept) ? others : { ...others, [annotationOf[version]]: JSON.stringify(kept) };
}

/** Pure. Returns annotations that keep more fields of v1alpha4, over those that they keep already. */
export function keepMore(
  annotations: Readonly<Record<string, string>>,
  fields: Fields,
): Readonly<Record<string, string>> {
  const kept = withoutEmpty(mergeFields(keptFields({ annotations }, 'v1alpha4'), fields));
  const { [annotationOf.v1alpha4]: _, ...others } = annotations;
  return isEmpty(kept) ? others : { ...others, [annotationOf.v1alpha4]: JSON.stringify(kept) };
}

/** Pure. Merges two records of fields, of which `over` wins. */
export const mergeFields = (under: unknown, over: unknown): Fields => asFields(mergePatch(under, over));

export const asFields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

export const isEmpty = (fields: Fields): boolean => Object.keys(fields).length === 0;

/** Pure. Drops empty records at any depth. */
function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .map(([name, value]): [string, unknown] => [name, isRecord(value) ? withoutEmpty(value) : value])
      .filter(([, value]) => !(isRecord(value) && isEmpty(value))),
  );
}

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
