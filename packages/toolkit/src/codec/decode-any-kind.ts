import * as v from 'valibot';
import { groupKindOf, groupKindText } from '../object/group-kind.ts';
import { isPathSegment } from '../object/name.ts';
import { contentOf } from '../object/content.ts';
import type { DecodeOptions } from './decode-manifests.ts';
import { assertNone } from './errors.ts';
import type { Manifest } from './manifest.ts';
import { checkAt, positionOf } from './place.ts';
import { readRawObjects } from './read-raw-objects.ts';

const segment = v.pipe(v.string(), v.check(isPathSegment, 'must be a name without / and %'));
const words = v.nullish(v.record(v.string(), v.string()), {});

/** Servers refuse what else may be wrong with an object of a kind that only they know. */
const schema = v.looseObject({
  apiVersion: v.pipe(
    v.string(),
    v.regex(/^([a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?[a-z0-9]+$/, 'must be VERSION or GROUP/VERSION'),
  ),
  kind: v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9]*$/, 'must be the name of a kind')),
  metadata: v.looseObject({
    name: segment,
    namespace: v.nullish(segment),
    labels: words,
    annotations: words,
  }),
});

/** The fields of metadata that only the server and its controllers write. */
const notApplied = ['finalizers', 'ownerReferences', 'generateName'];

/**
 * Returns the objects that a text declares, of whatever kinds, as they stand. Their kinds come with their groups, as
 * `groupKindText` writes them, since two groups of a server may have kinds of the same name. An object that names no
 * namespace has an empty one: whether its kind has namespaces, only the server knows.
 * @throws CodedError MANIFEST_INVALID
 */
export function decodeAnyKind(
  text: string,
  file: string,
  { transform = (raw) => raw, onRemark, namespace = '' }: DecodeOptions = {},
): readonly Manifest[] {
  const read = readRawObjects(text, file).map(({ raw, place }) => {
    const { output, problems } = checkAt(schema, transform(raw), [], place);
    const origin = positionOf(place, []);
    const unused = notApplied.filter((field) => output?.metadata[field] !== undefined);
    for (const field of unused) onRemark?.(`metadata.${field} is not applied`, origin);
    return { output, problems, origin };
  });
  assertNone(read.flatMap(({ problems }) => problems));
  return read.flatMap(({ output, origin }) => {
    if (!output) return [];
    const { name, labels, annotations } = output.metadata;
    return {
      apiVersion: output.apiVersion,
      kind: groupKindText(groupKindOf(output)),
      metadata: {
        name,
        namespace: output.metadata.namespace ?? namespace,
        labels,
        annotations,
      },
      spec: output['spec'],
      content: contentOf(output),
      origin,
    };
  });
}
