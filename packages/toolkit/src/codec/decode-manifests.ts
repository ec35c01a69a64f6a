import type { Scheme } from '../scheme/scheme.ts';
import type { Position } from './errors.ts';
import { type Manifest, metadataSchema } from './manifest.ts';
import { checkAt, positionOf } from './place.ts';
import { type ReadObject, type ReadOptions, readObjects } from './read-objects.ts';

export interface DecodeOptions extends ReadOptions {
  /** Told what objects say that has no effect, though their author may think so. */
  readonly onRemark?: (remark: string, at: Position) => void;
}

/**
 * The objects that a text declares, with their defaults filled in. Those of an older version come out in the version of
 * their kind's hub; those of a kind that is never applied do not come out at all.
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
      name: found.name ?? '', // objects of inert kinds alone may have none
      namespace: typeof found['namespace'] === 'string' ? found['namespace'] : 'default',
      labels: found.labels ?? {},
      annotations: found.annotations ?? {},
    },
    spec: definition.conversion ? checkAt(hub.spec, spec, ['spec'], place) : spec,
    origin: positionOf(place, []),
  };
}
