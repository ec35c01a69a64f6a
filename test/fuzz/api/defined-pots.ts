const group = 'fuzz.example';
const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** A kind whose definition has a bit of everything that definitions can say. */
const spec = {
  type: 'object',
  required: ['plant'],
  properties: {
    plant: { type: 'string', minLength: 1, maxLength: 20, pattern: '^[a-z]+$' },
    litres: { type: 'integer', minimum: 1, maximum: 100, default: 3 },
    height: { type: 'number', multipleOf: 0.5 },
    port: { 'x-kubernetes-int-or-string': true },
    colour: { type: 'string', enum: ['red', 'blue'], nullable: true },
    planted: { type: 'string', format: 'date-time' },
    tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    herbs: {
      type: 'array',
      maxItems: 5,
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, count: { type: 'integer', format: 'int32' } },
      },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
    notes: { type: 'object', additionalProperties: { type: 'string' } },
    rest: anything,
    template: { ...anything, 'x-kubernetes-embedded-resource': true },
    either: { oneOf: [{ required: ['a'] }, { required: ['b'] }], ...anything },
  },
  'x-kubernetes-validations': [
    { rule: '!has(self.height) || self.height < 10.0', message: 'is too high' },
    { rule: 'self.plant == oldSelf.plant', message: 'cannot be changed' },
  ],
};

export const definedPots = {
  resource: { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' },
  definition: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `pots.${group}` },
    spec: {
      group,
      names: { plural: 'pots', singular: 'pot', kind: 'Pot', listKind: 'PotList' },
      scope: 'Namespaced',
      versions: [
        {
          ...{ name: 'v1', served: true, storage: true },
          schema: { openAPIV3Schema: { type: 'object', properties: { spec, status: anything } } },
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.litres', statusReplicasPath: '.status.litres' },
          },
          additionalPrinterColumns: [{ name: 'Plant', type: 'string', jsonPath: '.spec.plant' }],
          selectableFields: [{ jsonPath: '.spec.plant' }],
        },
      ],
    },
  },
};
