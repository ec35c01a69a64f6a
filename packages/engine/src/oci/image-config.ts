import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageConfig } from '@ignite/api/v1/image';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { imageCorrupt } from './errors.ts';

const digest = v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/));
const descriptor = v.looseObject({ digest, size: v.number() });
const manifestSchema = v.looseObject({ config: descriptor, layers: v.array(descriptor) });
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
  /** In Go's words; an image that was not made by a builder may say neither. */
  readonly os: string;
  readonly architecture: string;
  /** The sum of the layers as they are stored. */
  readonly size: Bytes;
}

/** Reads manifest and config of an image in a layout (OCI image-spec). @throws CodedError IMAGE_CORRUPT */
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
      size: bytes(manifest.layers.reduce((sum, layer) => sum + layer.size, 0)),
    };
  } catch (failure) {
    throw imageCorrupt(source, failure);
  }
}

/** The digests of all blobs that an image of a layout is made of; none where it cannot be read. */
export async function blobsOf(layout: string, manifestDigest: string): Promise<readonly string[]> {
  const read = v.safeParse(manifestSchema, await readBlob(layout, manifestDigest).catch(() => undefined));
  if (!read.success) return [];
  const { config, layers } = read.output;
  return [manifestDigest, config.digest, ...layers.map((layer) => layer.digest)];
}

async function readBlob(layout: string, of: string): Promise<unknown> {
  return JSON.parse(await readFile(join(layout, 'blobs', ...of.split(':')), 'utf8'));
}
