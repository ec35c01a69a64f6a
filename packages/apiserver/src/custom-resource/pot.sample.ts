import type { CustomResourceDefinition, DefinitionSpec, DefinitionVersion } from './definition/definition.ts';

/** A kind of another domain, for tests. */
export const potVersion: DefinitionVersion = {
  name: 'v1',
  served: true,
  storage: true,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      required: ['spec'],
      properties: {
        spec: {
          type: 'object',
          required: ['clay'],
          properties: {
            clay: { type: 'string', enum: ['red', 'white'] },
            litres: { type: 'integer', default: 5, minimum: 1 },
            replicas: { type: 'integer' },
            plants: {
              type: 'array',
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['name'],
              items: {
                type: 'object',
                required: ['name'],
                properties: { name: { type: 'string' }, water: { type: 'integer' } },
              },
            },
          },
        },
        status: {
          type: 'object',
          properties: {
            phase: { type: 'string' },
            replicas: { type: 'integer' },
            selector: { type: 'string' },
          },
        },
      },
    },
  },
  subresources: {
    status: {},
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  },
  additionalPrinterColumns: [
    { name: 'Clay', type: 'string', jsonPath: '.spec.clay', description: 'What it is made of.' },
    { name: 'Litres', type: 'integer', jsonPath: '.spec.litres', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  selectableFields: [{ jsonPath: '.spec.clay' }],
};

export const potDefinition = (changes: Partial<DefinitionSpec> = {}): CustomResourceDefinition => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'pots.garden.example',
    namespace: '',
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: {},
    annotations: {},
    finalizers: [],
  },
  spec: {
    group: 'garden.example',
    names: { plural: 'pots', singular: 'pot', kind: 'Pot', listKind: 'PotList', shortNames: ['po'] },
    scope: 'Namespaced',
    versions: [potVersion],
    ...changes,
  },
  status: { storedVersions: ['v1'] },
});
