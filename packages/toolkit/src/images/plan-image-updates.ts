import { convertManifests } from '../codec/convert-manifests.ts';
import { editManifest } from '../codec/edit-manifest.ts';
import { valueAt } from '../diff/field-change.ts';
import { type ObjectKey, keyText } from '../object/object-key.ts';
import type { KindVersion } from '../scheme/kind.ts';
import type { Scheme } from '../scheme/scheme.ts';
import type { SourceFile } from '../source/source.ts';
import { updatedReference } from './image-policy.ts';

export interface ChosenImage {
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
}

export interface ImageUpdateRequest {
  readonly files: readonly SourceFile[];
  readonly images: readonly ChosenImage[];
  /** The fields in which kinds name images, as JSON pointers. */
  readonly imageFields: Readonly<Record<string, readonly string[]>>;
}

export interface ImageUpdate {
  readonly file: string;
  readonly text: string;
  /** The changes, such as `VM/web: debian:12.1 → debian:12.2`. */
  readonly changes: readonly string[];
}

/**
 * Pure. Returns the files in which objects name other tags than the chosen ones, with the tags replaced and
 * nothing else changed.
 */
export function planImageUpdates(
  { files, images, imageFields }: ImageUpdateRequest,
  scheme: Scheme,
): readonly ImageUpdate[] {
  return files.flatMap(({ path, text }) => {
    const changes: string[] = [];
    let edited = text;
    for (const { key, spec } of objectsIn(text, path, scheme)) {
      for (const field of imageFields[key.kind] ?? []) {
        const reference = valueAt({ spec }, field);
        if (typeof reference !== 'string') continue;
        for (const { repository, tag, digest } of images) {
          const next = updatedReference(reference, repository, tag, digest);
          const after = next && editManifest(edited, key, [{ path: field, value: next }]);
          if (after === undefined) continue;
          edited = after;
          changes.push(`${keyText(key)}: ${reference} → ${next}`);
        }
      }
    }
    return changes.length === 0 ? [] : [{ file: path, text: edited, changes }];
  });
}

/** Returns the objects of a file as far as it can be read, with image names as written; its faults are reported elsewhere. */
function objectsIn(
  text: string,
  file: string,
  scheme: Scheme,
): readonly { readonly key: ObjectKey; readonly spec: unknown }[] {
  try {
    const hubOf = (definition: KindVersion): string => scheme.hubOf(definition).apiVersion;
    return convertManifests(text, file, scheme, hubOf, { onUnknown: () => {} }).map(
      ({ kind, metadata: { name = '', namespace }, spec }) => ({
        key: { kind, name, namespace: typeof namespace === 'string' ? namespace : 'default' },
        spec,
      }),
    );
  } catch {
    return [];
  }
}
