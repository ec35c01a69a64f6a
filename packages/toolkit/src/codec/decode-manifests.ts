import type { Scheme } from '../scheme/scheme.ts';
import type { Position } from './errors.ts';
import { type Manifest, metadataSchema } from './manifest.ts';
import { checkAt, positionOf } from './place.ts';
import { type ReadObject, type ReadOptions, readObjects } from './read-objects.ts';

export interface DecodeOptions extends ReadOptions {
  /** Called for each thing in an object that has no effect although its author may expect one. */
  readonly onRemark?: (remark: string, at: Position) => void;
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
  return readObjects(text, file, scheme, options).flatMap((object) => {
    const { definition, checked, place } = object;
    const remarks = [...(definition.remarks?.(checked) ?? []), ...[definition.inert ?? []].flat()];
    for (const remark of remarks) options.onRemark?.(remark, positionOf(place, []));
    return definition.inert === undefined ? [asManifest(object, scheme)] : [];
  });
}

function asManifest({ definition, checked, place }: ReadObject, scheme: Scheme): Manifest {
  const hub = scheme.hubOf(definition);
  const { metadata, spec } = definition.conversion ? definition.conversion.toHub(checked) : checked;
  const found = checkAt(hub.metadata ?? metadataSchema, metadata, ['metadata'], place);
  return {
    apiVersion: hub.apiVersion,
    kind: hub.kind,
    metadata: {
      name: found.name ?? '', // only objects of inert kinds may have no name
      namespace: typeof found['namespace'] === 'string' ? found['namespace'] : 'default',
      labels: found.labels ?? {},
      annotations: found.annotations ?? {},
    },
    spec: definition.conversion ? checkAt(hub.spec, spec, ['spec'], place) : spec,
    origin: positionOf(place, []),
  };
}
