import { inSchemaOrder } from '../scheme/field-order.ts';
import type { KindVersion, Versioned } from '../scheme/kind.ts';
import type { Scheme } from '../scheme/scheme.ts';
import { assertNone } from './errors.ts';
import { metadataSchema, specSchemaOf } from './manifest.ts';
import { type Place, checkAt } from './place.ts';
import { type ReadObject, type ReadOptions, readObjects } from './read-objects.ts';

/** An object as a person would write it: defaults are not filled in. */
export interface ConvertedObject extends Versioned {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * Converts the objects in a text, each to the version that `versionFor` gives for its kind. Objects keep
 * their order, their fields are in the order of the schemas, and fields that were not written stay absent.
 * @throws CodedError MANIFEST_INVALID, VERSION_UNKNOWN
 */
export function convertManifests(
  text: string,
  file: string,
  scheme: Scheme,
  versionFor: (definition: KindVersion) => string,
  options: ReadOptions = {},
): readonly ConvertedObject[] {
  return readObjects(text, file, scheme, options).map((object) =>
    inVersion(object, scheme.version(object.definition, versionFor(object.definition)), scheme),
  );
}

function inVersion(
  { definition, checked, written, place }: ReadObject,
  to: KindVersion,
  scheme: Scheme,
): ConvertedObject {
  if (definition === to) return inOrder(written, to);
  const hub = scheme.hubOf(definition);
  const asHub = definition.conversion ? definition.conversion.toHub(checked) : written;
  if (definition.conversion) checkHub(asHub, hub, place);
  return inOrder(to.conversion ? to.conversion.fromHub(asHub) : asHub, to);
}

/**
 * Checks an object against the rules that only the hub version has, so that an invalid object is never
 * written as a valid one.
 */
function checkHub({ metadata, spec }: Versioned, hub: KindVersion, place: Place): void {
  assertNone([
    ...checkAt(hub.metadata ?? metadataSchema, metadata, ['metadata'], place).problems,
    ...checkAt(specSchemaOf(hub), spec, ['spec'], place).problems,
  ]);
}

function inOrder(object: Versioned, to: KindVersion): ConvertedObject {
  const { apiVersion, kind, ...schemas } = to;
  const { metadata, spec, status } = object;
  return {
    apiVersion,
    kind,
    metadata: inSchemaOrder(metadata, schemas.metadata ?? metadataSchema) as Versioned['metadata'],
    spec: inSchemaOrder(spec, specSchemaOf(to)),
    ...(status !== undefined && { status: schemas.status ? inSchemaOrder(status, schemas.status) : status }),
  };
}
