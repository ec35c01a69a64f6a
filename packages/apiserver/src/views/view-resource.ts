import { unknownFields } from '../structural-schema/unknown-fields.ts';
import type { ServedResource } from '../resource/served-resource.ts';
import { type View, readingVerbs } from '../resource/view.ts';

type Described = Pick<
  ServedResource,
  'group' | 'version' | 'resource' | 'kind' | 'isNamespaced' | 'columns'
> &
  Partial<
    Pick<
      ServedResource,
      'shortNames' | 'categories' | 'subresources' | 'selectableFields' | 'schema' | 'mergeKeys' | 'unwritten'
    >
  > & {
    readonly view: Pick<View, 'over' | 'hint'> & Partial<Pick<View, 'verbs'>>;
  };

/** The schema of objects that clients do not write, of which it says little. */
const shown: ServedResource['schema'] = {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
};

/** Returns a kind whose objects are made from others, which can only be read unless it says otherwise. */
export function viewResource({ view, schema = shown, ...described }: Described): ServedResource {
  return {
    singular: described.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    subresources: [],
    selectableFields: [],
    ...described,
    schema,
    unknownFields: (object) => unknownFields(object, schema),
    view: { verbs: readingVerbs, ...view },
  };
}
