import * as v from 'valibot';
import { type Blob, manifestMediaType } from '../../tools/oci/layout-writer.ts';
import { artifactInvalid, artifactNewer } from './errors.ts';

/** The version of the format. It is raised when an older Ignite could not read what a newer one writes. */
const formatVersion = 1;
const typePrefix = 'application/vnd.ignite.snapshot.v';

export const artifactType = `${typePrefix}${formatVersion}`;
const configMediaType = 'application/vnd.ignite.snapshot.config.v1+json';

/** The files of which a snapshot consists, by the names that they have in it. */
export const partNames = [
  'disk',
  'machine',
  'memory',
  'exit-status',
  'kernel',
  'initrd',
  'modules.squashfs',
] as const;
export type PartName = (typeof partNames)[number];

const partMediaType = (part: PartName): string => `application/vnd.ignite.snapshot.${part}.v1+zstd`;

/** The size limit of the config, which holds a few kilobytes. */
const longestConfig = 2 ** 20;

const digest = v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/));
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const descriptor = v.looseObject({ mediaType: v.string(), digest, size });
const typedSchema = v.looseObject({ artifactType: v.string() });
const manifestSchema = v.looseObject({ config: descriptor, layers: v.array(descriptor) });

export interface ArtifactManifest {
  readonly config: Blob;
  /** Its packed files. */
  readonly parts: ReadonlyMap<PartName, Blob>;
}

/**
 * Pure. Parses the manifest of a snapshot (image-spec, "Guidelines for Artifact Usage").
 * @throws CodedError SNAPSHOT_ARTIFACT_INVALID
 */
export function parseArtifactManifest(manifest: unknown): ArtifactManifest {
  const typed = v.safeParse(typedSchema, manifest);
  const type = typed.success ? typed.output.artifactType : undefined;
  const version = Number(/^application\/vnd\.ignite\.snapshot\.v(\d{1,6})$/.exec(type ?? '')?.[1]);
  if (version > formatVersion) throw artifactNewer(version, formatVersion);
  if (type !== artifactType)
    throw artifactInvalid(
      type === undefined ? 'it is an image, or something else' : `it is of type ${JSON.stringify(type)}`,
    );
  const read = v.safeParse(manifestSchema, manifest);
  if (!read.success) throw artifactInvalid('its manifest cannot be read');
  const { config, layers } = read.output;
  if (config.mediaType !== configMediaType) throw artifactInvalid('its config is of another type');
  if (config.size > longestConfig) throw artifactInvalid('its config is too large');
  const parts = new Map<PartName, Blob>();
  for (const layer of layers) {
    const name = partNames.find((part) => partMediaType(part) === layer.mediaType);
    if (name === undefined || parts.has(name))
      throw artifactInvalid(`it has a part of type ${JSON.stringify(layer.mediaType)} too many`);
    parts.set(name, { digest: layer.digest, size: layer.size });
  }
  return { config: { digest: config.digest, size: config.size }, parts };
}

/** Pure. Returns the manifest of a snapshot. */
export const artifactManifest = ({ config, parts }: ArtifactManifest): object => ({
  schemaVersion: 2,
  mediaType: manifestMediaType,
  artifactType,
  config: { mediaType: configMediaType, ...config },
  layers: [...parts].map(([part, blob]) => ({ mediaType: partMediaType(part), ...blob })),
});
