import type { ServedResource } from '../../resource/served-resource.ts';
import { nameColumn } from '../../resource/table-column.ts';
import { ComputedObjects, computedVerbs } from '../computed-objects.ts';
import { readOnly } from '../read-only.ts';
import { viewResource } from '../view-resource.ts';

/** There are no Services, which `kubectl cluster-info` asks for. */
export const services: ServedResource = viewResource({
  group: '',
  version: 'v1',
  resource: 'services',
  kind: 'Service',
  isNamespaced: true,
  shortNames: ['svc'],
  columns: [nameColumn],
  view: {
    over: (client) => readOnly(new ComputedObjects(client, async () => [])),
    verbs: computedVerbs,
    hint: 'publish ports of a VM in its spec.network.ports',
  },
});
