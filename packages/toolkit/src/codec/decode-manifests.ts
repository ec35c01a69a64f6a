import { contentOf } from '../object/content.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { type Kind, type Versioned, hubOf } from '../scheme/kind.ts';
import type { Scheme } from '../scheme/scheme.ts';
import { type Position, type Problem, assertNone } from './errors.ts';
import { type Manifest, metadataSchema, specSchemaOf } from './manifest.ts';
import { checkAt, positionOf } from './place.ts';
import { type ReadObject, type ReadOptions, readObjects } from './read-objects.ts';

export interface DecodeOptions extends ReadOptions {
  /** Called for each thing in an object that has no effect although its author may expect one. */
  readonly onRemark?: (remark: string, at: Position) => void;
  /** The namespace of objects that name none. */
  readonly namespace?: string;
}

/**
 * Returns the objects that a text declares, with defaults filled in. Objects of an older version are
 * converted to the hub version of their kind. Objects of inert kinds, which are never applied, are left out.
 * @throws CodedError MANIFEST_INVALID, as `readObjects`
 */
export function decodeManifests(
  text: string,
  file: string,
  scheme: Scheme,
  options: DecodeOptions = {},
): readonly Manifest[] {
  const read = readObjects(text, file, scheme, options).flatMap((object) => {
    const { definition, checked, place } = object;
    const remarks = [...(definition.remarks?.(checked) ?? []), ...[definition.inert ?? []].flat()];
    for (const remark of remarks) options.onRemark?.(remark, positionOf(place, []));
    return definition.inert === undefined ? [asManifest(object, scheme, options.namespace)] : [];
  });
  assertNone(read.flatMap(({ problems }) => problems));
  return read.flatMap(({ manifest }) => manifest ?? []);
}

/** Converts an object to the hub version, whose rules may forbid what the written version allows. */
function asManifest(
  { definition, checked, written, place }: ReadObject,
  scheme: Scheme,
  usualNamespace = 'default',
): { readonly manifest?: Manifest; readonly problems: readonly Problem[] } {
  const kind = scheme.kindOf(definition);
  const hub = hubOf(kind);
  const { metadata, spec } = definition.conversion ? definition.conversion.toHub(checked) : checked;
  const found = checkAt(hub.metadata ?? metadataSchema, metadata, ['metadata'], place);
  const asHub = definition.conversion
    ? checkAt(specSchemaOf(hub), spec, ['spec'], place)
    : { output: spec, problems: [] };
  const problems = [...found.problems, ...asHub.problems];
  if (!found.output || problems.length > 0) return { problems };
  const { name, labels, annotations } = found.output;
  const { namespace } = written.metadata;
  const manifest = {
    apiVersion: hub.apiVersion,
    kind: hub.kind,
    metadata: {
      name: name ?? '', // only objects of inert kinds may have no name
      namespace: kind.scope === 'Cluster' ? '' : typeof namespace === 'string' ? namespace : usualNamespace,
      labels: labels ?? {},
      annotations: annotations ?? {},
    },
    spec: asHub.output,
    ...(hub.fields && { content: preparedContent(checked, kind) }),
    origin: positionOf(place, []),
  };
  return { manifest, problems };
}

/** Returns the further fields of an object in the form in which they are stored. */
const preparedContent = (checked: Versioned, { strategy }: Kind): Readonly<Record<string, unknown>> =>
  contentOf(strategy?.prepare?.(checked as unknown as KubeObject) ?? { ...checked });
