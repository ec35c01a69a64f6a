/** A kind of another domain with all that a definition can say. */
const gardenDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'pots.garden.example' },
  spec: {
    group: 'garden.example',
    names: {
      plural: 'pots',
      singular: 'pot',
      kind: 'Pot',
      shortNames: ['pt'],
      categories: ['all', 'garden'],
    },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            description: 'Pot is where plants grow.',
            type: 'object',
            required: ['spec'],
            properties: {
              spec: {
                description: 'What is wanted.',
                type: 'object',
                required: ['clay'],
                properties: {
                  clay: { description: 'What it is made of.', type: 'string', enum: ['red', 'white'] },
                  litres: { type: 'integer', default: 5, minimum: 1, maximum: 100 },
                  replicas: { type: 'integer', default: 1, minimum: 0 },
                  owner: { type: 'string', minLength: 2, maxLength: 10, pattern: '^[a-z]+$' },
                  soil: {
                    type: 'object',
                    additionalProperties: { type: 'string' },
                    'x-kubernetes-map-type': 'atomic',
                  },
                  tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
                  plants: {
                    description: 'What grows in it.',
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: {
                      type: 'object',
                      required: ['name'],
                      properties: {
                        name: { type: 'string' },
                        water: { type: 'integer', format: 'int32' },
                        names: { type: 'array', items: { type: 'string' } },
                      },
                    },
                  },
                  anything: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  port: { 'x-kubernetes-int-or-string': true },
                },
              },
              status: {
                type: 'object',
                properties: {
                  phase: { type: 'string' },
                  replicas: { type: 'integer' },
                  selector: { type: 'string' },
                  conditions: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['type'],
                    items: {
                      type: 'object',
                      required: ['type', 'status'],
                      properties: { type: { type: 'string' }, status: { type: 'string' } },
                    },
                  },
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
          { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        selectableFields: [{ jsonPath: '.spec.clay' }],
      },
    ],
  },
};

const pot = (name: string, spec: object, metadata: object = {}): object => ({
  apiVersion: 'garden.example/v1',
  kind: 'Pot',
  metadata: { name, ...metadata },
  spec,
});

const settings = (data: object, more: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', ...more },
  data,
});

/** The files that the commands name. Kubernetes reads JSON as YAML. */
export const manifests: Readonly<Record<string, object>> = {
  'definition.yaml': gardenDefinition,
  'pot.yaml': pot(
    'rose',
    { clay: 'red', tags: ['a', 'b'], plants: [{ name: 'x', water: 1 }] },
    { labels: { sun: 'yes' } },
  ),
  'pot-more.yaml': pot(
    'rose',
    { clay: 'white', tags: ['b', 'c'], plants: [{ name: 'y', water: 2 }] },
    { labels: { sun: 'yes' } },
  ),
  'pots.yaml': {
    apiVersion: 'v1',
    kind: 'List',
    items: ['fern', 'ivy', 'moss'].map((name, at) =>
      pot(
        name,
        { clay: at === 1 ? 'white' : 'red', litres: 30 - at * 10 },
        { labels: { sun: at === 0 ? 'yes' : 'no' } },
      ),
    ),
  },
  'pot-wrong.yaml': pot('wrong', { clay: 'blue', litres: 0, owner: 'X' }),
  'pot-types.yaml': pot('wrong', { clay: 5, litres: 'many', tags: 'x' }),
  'pot-twice.yaml': pot('wrong', { clay: 'red', tags: ['a', 'a'] }),
  'pot-bare.yaml': { apiVersion: 'garden.example/v1', kind: 'Pot', metadata: { name: 'bare' } },
  'pot-unknown.yaml': pot('odd', { clay: 'red', colour: 'green', plants: [{ name: 'x', size: 3 }] }),
  'pot-name.yaml': pot('Not_A_Name', { clay: 'red' }),
  'pot-generated.yaml': { ...pot('', { clay: 'red' }), metadata: { generateName: 'seed-' } },
  'pot-applied.yaml': pot('lily', { clay: 'red', litres: 7, plants: [{ name: 'x', water: 1 }] }),
  'pot-applied-more.yaml': pot('lily', {
    clay: 'red',
    litres: 8,
    tags: ['n'],
    plants: [{ name: 'x', water: 1 }, { name: 'z' }],
  }),
  'pot-applied-less.yaml': pot('lily', { clay: 'red' }),
  'unknown-kind.yaml': { apiVersion: 'garden.example/v1', kind: 'Shovel', metadata: { name: 'a' } },
  'unknown-group.yaml': { apiVersion: 'nowhere.example/v1', kind: 'Pot', metadata: { name: 'a' } },
  'settings.yaml': settings({ a: '1', b: '2' }),
  'settings-more.yaml': settings({ a: '1', c: '3' }, { labels: { of: 'tests' } }),
  'settings-wrong.yaml': settings({ a: 1, b: true }),
  'settings-unknown.yaml': { ...settings({ a: '1' }), colour: 'red' },
  'secret.yaml': {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'keys' },
    type: 'Opaque',
    data: { a: 'MQ==' },
    stringData: { b: '2' },
  },
  'role.yaml': {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'gardener' },
    rules: [{ apiGroups: ['garden.example'], resources: ['pots'], verbs: ['get', 'list'] }],
  },
  'review.yaml': {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user: 'system:serviceaccount:garden:robot',
      resourceAttributes: { group: 'garden.example', resource: 'pots', verb: 'get', namespace: 'garden' },
    },
  },
  'lease.yaml': {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'lead' },
    spec: { holderIdentity: 'me', leaseDurationSeconds: 15 },
  },
  'vm.yaml': {
    apiVersion: 'ignite.weave.works/v1',
    kind: 'VM',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      image: { oci: 'docker.io/library/busybox:1' },
      cpus: 1,
      memory: 134217728,
      diskSize: 1073741824,
      kernel: { oci: 'docker.io/library/kernel:6' },
    },
  },
  'volume.yaml': {
    apiVersion: 'ignite.weave.works/v1',
    kind: 'Volume',
    metadata: { name: 'data' },
    spec: { size: 1073741824 },
  },
};
