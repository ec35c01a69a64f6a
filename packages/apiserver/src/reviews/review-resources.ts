import type { ServedResource } from '../resource/served-resource.ts';
import type { StructuralSchema } from '../structural-schema/structural-schema.ts';
import { reviews } from './reviews.ts';

const anything: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** The kinds of the reviews as discovery and documents tell of them. Nobody can do anything but create them. */
export const reviewResources: readonly ServedResource[] = [...reviews.values()].map(
  ({ group, version, resource, kind, isNamespaced }) => ({
    ...{ group, version, resource, kind, isNamespaced },
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    subresources: [],
    selectableFields: [],
    columns: [],
    schema: { type: 'object', properties: { spec: anything, status: anything } },
    unknownFields: () => [],
    view: { over: (client) => client, verbs: ['create'], hint: 'create one, which is answered and not kept' },
  }),
);
