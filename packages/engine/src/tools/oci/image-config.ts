import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageConfig } from '@ignite/api/v1/image';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { imageCorrupt } from './errors.ts';
import type { PackedArchive } from './measure-archives.ts';

const digest = v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/));
const descriptor = v.looseObject({ digest, size: v.number() });
const layer = v.looseObject({ ...descriptor.entries, mediaType: v.optional(v.string(), '') });
const manifestSchema = v.looseObject({ config: descriptor, layers: v.array(layer) });
const strings = v.optional(v.nullable(v.array(v.string())));
const configSchema = v.looseObject({
  architecture: v.optional(v.string(), ''),
  os: v.optional(v.string(), 'linux'),
  config: v.optional(
    v.nullable(
      v.looseObject({
        Entrypoint: strings,
        Cmd: strings,
        Env: strings,
        User: v.optional(v.string()),
        WorkingDir: v.optional(v.string()),
        StopSignal: v.optional(v.string()),
        ExposedPorts: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
      }),
    ),
  ),
});

export interface ImageDescription {
  readonly config: ImageConfig;
  /**
   * The operating system in Go's words. Like the architecture, it may be empty if no builder made the image.
   */
  readonly os: string;
  readonly architecture: string;
  /** The sum of the layers' stored sizes. */
  readonly size: Bytes;
  /** The layers, from the lowest to the topmost. */
  readonly layers: readonly PackedArchive[];
}

/**
 * Reads the manifest and config of an image in a layout (OCI image-spec).
 * @throws CodedError IMAGE_CORRUPT
 */
export async function describeImage(
  layout: string,
  manifestDigest: string,
  source: string,
): Promise<ImageDescription> {
  try {
    const manifest = v.parse(manifestSchema, await readBlob(layout, manifestDigest));
    const { config, os, architecture } = v.parse(
      configSchema,
      await readBlob(layout, manifest.config.digest),
    );
    return {
      config: {
        entrypoint: config?.Entrypoint ?? [],
        cmd: config?.Cmd ?? [],
        env: config?.Env ?? [],
        user: config?.User ?? '',
        workingDir: config?.WorkingDir ?? '',
        stopSignal: config?.StopSignal ?? '',
        exposedPorts: Object.keys(config?.ExposedPorts ?? {}),
      },
      os,
      architecture,
      size: bytes(manifest.layers.reduce((sum, { size }) => sum + size, 0)),
      layers: manifest.layers.map((each) => ({
        path: blobPath(layout, each.digest),
        packing: packingOfType(each.mediaType),
      })),
    };
  } catch (failure) {
    throw imageCorrupt(source, 'its manifest or config is invalid', failure);
  }
}

/**
 * Returns the digests of all blobs of an image in a layout. For a damaged image, it returns at most the
 * digest of the manifest.
 */
export async function blobsOf(layout: string, manifestDigest: string): Promise<readonly string[]> {
  try {
    const { config, layers } = v.parse(manifestSchema, await readBlob(layout, manifestDigest));
    return [manifestDigest, config.digest, ...layers.map((each) => each.digest)];
  } catch (failure) {
    const { code = 'ENOENT' } = failure as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw failure; // the file may be intact, but the host cannot read it
    return [manifestDigest];
  }
}

/**
 * Returns the packing that a media type declares (image-spec, "Media Types"). umoci also trusts it, and does
 * not look at the content.
 */
function packingOfType(mediaType: string): PackedArchive['packing'] {
  if (/[+.]gzip$/.test(mediaType)) return 'gzip';
  return mediaType.endsWith('+zstd') ? 'zstd' : 'plain';
}

export const blobPath = (layout: string, of: string): string => join(layout, 'blobs', ...of.split(':'));

/** The limit for reading an image's manifest and config, which is also skopeo's. */
export const longestJson = 4 * 2 ** 20;

/** Returns the JSON in a blob of a layout. */
export async function readBlob(layout: string, of: string): Promise<unknown> {
  const path = blobPath(layout, of);
  if ((await stat(path)).size > longestJson)
    throw new RangeError(`${of} is larger than ${longestJson} bytes`);
  return JSON.parse(await readFile(path, 'utf8'));
}
