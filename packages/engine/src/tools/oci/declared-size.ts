import * as v from 'valibot';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import type { Platform } from '@ignite/api/v1/platform';

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
/** The limit of manifests that are read for one architecture; few images have more than one variant. */
const mostVariants = 4;

/** The sizes of an image's blobs as a registry declares them, before they are requested. */
export interface DeclaredSize {
  readonly largest: Bytes;
  readonly total: Bytes;
  readonly layers: number;
}

/**
 * Pure. Returns the sizes that a manifest declares (image-spec, "Image Manifest"; Docker's schema 2 is
 * alike), or `undefined` if it declares none, like an index.
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

/** Pure. Returns the digests of an index's manifests for a platform, in any variant, up to a small number. */
export function manifestsFor(index: unknown, { os, arch }: Platform): readonly string[] {
  const read = v.safeParse(indexSchema, index);
  if (!read.success) return [];
  return read.output.manifests
    .filter(({ platform }) => platform?.os === os && platform.architecture === arch)
    .slice(0, mostVariants)
    .map(({ digest }) => digest);
}
