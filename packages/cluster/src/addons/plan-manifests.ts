import { createHash } from 'node:crypto';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { parseYaml, plainValue } from '@ignite/toolkit/codec/parse-yaml';
import { errorText } from '@ignite/toolkit/errors/error-text';
import * as v from 'valibot';

const objectSchema = v.looseObject({
  apiVersion: v.pipe(v.string(), v.nonEmpty()),
  kind: v.pipe(v.string(), v.nonEmpty()),
  metadata: v.looseObject({
    name: v.pipe(v.string(), v.nonEmpty()),
    namespace: v.exactOptional(v.string()),
  }),
});
export type AddonObject = v.InferOutput<typeof objectSchema>;

const listSchema = v.looseObject({ kind: v.literal('List'), items: v.array(v.unknown()) });

/** The kinds that others need, in the order in which they are applied. */
const first = [
  'Namespace',
  'CustomResourceDefinition',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Service',
];

/**
 * Pure. Returns the objects of manifests in the order in which they are applied. `data` has manifests in YAML or JSON, each
 * with one object, several, or a List.
 * @throws ObjectError INVALID
 */
export function planManifests(data: Readonly<Record<string, string>>): readonly AddonObject[] {
  const objects = Object.entries(data)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, text]) => objectsIn(name, text));
  const rank = ({ kind }: AddonObject): number => (first.includes(kind) ? first.indexOf(kind) : first.length);
  return objects.toSorted((a, b) => rank(a) - rank(b));
}

function objectsIn(name: string, text: string): readonly AddonObject[] {
  const refuse = (why: string): ObjectError =>
    new ObjectError('INVALID', `the manifest ${name} cannot be read: ${why}`, { hint: 'correct it' });
  return parseYaml(text).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw refuse(error.message.split('\n')[0] ?? '');
    let content: unknown;
    try {
      content = plainValue(document);
    } catch (failure) {
      throw refuse(errorText(failure));
    }
    if (content === null || content === undefined) return [];
    const list = v.safeParse(listSchema, content);
    return (list.success ? list.output.items : [content]).map((each) => {
      const { success, output } = v.safeParse(objectSchema, each);
      if (!success) throw refuse('an object needs apiVersion, kind and metadata.name');
      return output;
    });
  });
}

/** Pure. Returns what tells manifests from others. */
export const hashOf = (data: Readonly<Record<string, string>>): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex');
