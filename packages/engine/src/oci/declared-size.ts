import * as v from 'valibot';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import type { Platform } from './platform.ts';

const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const imageSchema = v.looseObject({
  config: v.looseObject({ size }),
  layers: v.array(v.looseObject({ size })),
});
const indexSchema = v.looseObject({
  manifests: v.array(
    v.looseObject({
      digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
      platform: v.optional(v.looseObject({ os: v.string(), architecture: v.string() })),
    }),
  ),
});
/** Few images have more than one variant for an architecture. */
const mostVariants = 4;

/** What a registry says that an image's blobs are, before they are asked for. */
export interface DeclaredSize {
  readonly largest: Bytes;
  readonly total: Bytes;
  readonly layers: number;
}

/**
 * Pure. What the text of a manifest declares (image-spec, "Image Manifest"; Docker's schema 2 is alike). Undefined where it
 * is none that does, such as an index.
 */
export function declaredSize(manifest: unknown): DeclaredSize | undefined {
  const read = v.safeParse(imageSchema, manifest);
  if (!read.success) return undefined;
  const sizes = [read.output.config, ...read.output.layers].map((blob) => blob.size);
  const total = sizes.reduce((sum, each) => sum + each, 0);
  return {
    largest: bytes(sizes.reduce((most, each) => Math.max(most, each), 0)),
    total: bytes(Math.min(total, Number.MAX_SAFE_INTEGER)),
    layers: read.output.layers.length,
  };
}

/** Pure. The digests of the manifests of an index that are for a platform, whichever variant of it; few at most. */
export function manifestsFor(index: unknown, { os, arch }: Platform): readonly string[] {
  const read = v.safeParse(indexSchema, index);
  if (!read.success) return [];
  return read.output.manifests
    .filter(({ platform }) => platform?.os === os && platform.architecture === arch)
    .slice(0, mostVariants)
    .map(({ digest }) => digest);
}
