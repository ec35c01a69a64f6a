import * as v from 'valibot';
import { archiveInvalid } from './errors.ts';

/** One image of an archive. */
export interface ArchivedImage {
  /** In skopeo's words, without the archive's path: `oci-archive:FILE` followed by this names the image. */
  readonly selector: string;
  /** As it was tagged; absent where nobody gave it a name. */
  readonly reference?: string;
  readonly digest?: string;
}

const refName = 'org.opencontainers.image.ref.name';
const fullName = 'io.containerd.image.name';

const indexSchema = v.looseObject({
  /** umoci writes null in the place of an empty list. */
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

/** Pure. The images that the text of an OCI layout's index.json names (image-spec, "OCI Image Layout"). */
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

/** Pure. The images that the text of a docker-archive's manifest.json names (what "docker save" writes). */
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
