import * as v from 'valibot';
import { archiveInvalid } from './errors.ts';

/** An image in an archive. */
export interface ArchivedImage {
  /** The suffix by which skopeo selects the image: `oci-archive:FILE` followed by the selector. */
  readonly selector: string;
  /** The tag of the image; absent if it has none. */
  readonly reference?: string;
  readonly digest?: string;
}

const refName = 'org.opencontainers.image.ref.name';
const fullName = 'io.containerd.image.name';

const indexSchema = v.looseObject({
  /** umoci writes null instead of an empty list. */
  manifests: v.nullable(
    v.array(
      v.looseObject({
        digest: v.string(),
        annotations: v.optional(v.nullable(v.record(v.string(), v.string()))),
      }),
    ),
  ),
});
const dockerSchema = v.array(v.looseObject({ RepoTags: v.optional(v.nullable(v.array(v.string()))) }));

/**
 * Pure. Parses the index.json of an OCI layout (image-spec, "OCI Image Layout") into the images that it
 * names.
 */
export function parseOciIndex(text: string): readonly ArchivedImage[] {
  const { manifests } = parse(indexSchema, text);
  return (manifests ?? []).map(({ digest, annotations }) => {
    const name = annotations?.[refName];
    const reference = annotations?.[fullName] ?? name;
    return {
      selector: name === undefined ? '' : `:${name}`,
      digest,
      ...(reference !== undefined && { reference }),
    };
  });
}

/** Pure. Parses the manifest.json of a docker-archive (from `docker save`) into the images that it names. */
export function parseDockerManifest(text: string): readonly ArchivedImage[] {
  return parse(dockerSchema, text).flatMap(({ RepoTags }, at): readonly ArchivedImage[] =>
    RepoTags && RepoTags.length > 0
      ? RepoTags.map((tag) => ({ selector: `:${tag}`, reference: tag }))
      : [{ selector: `:@${at}` }],
  );
}

function parse<Schema extends v.GenericSchema>(schema: Schema, text: string): v.InferOutput<Schema> {
  try {
    return v.parse(schema, JSON.parse(text));
  } catch (failure) {
    throw archiveInvalid('its index cannot be read', failure);
  }
}
