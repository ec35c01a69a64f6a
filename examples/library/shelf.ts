import type { KubernetesObject, V1CustomResourceDefinition } from '@kubernetes/client-node';

export const group = 'library.example';

/** A shelf with the books that are to stand on it. */
export interface Shelf extends KubernetesObject {
  readonly spec: {
    readonly size: number;
    readonly books?: readonly Book[];
  };
  readonly status?: { readonly books?: number };
}

export interface Book {
  readonly title: string;
  readonly pages: number;
}

/** A shelf in its older form, which has only titles. */
export interface OldShelf extends KubernetesObject {
  readonly spec: { readonly size?: number; readonly titles?: readonly string[] };
}

const status = {
  type: 'object',
  properties: {
    books: { type: 'integer' },
    conditions: {
      type: 'array',
      x_kubernetes_list_type: 'map',
      x_kubernetes_list_map_keys: ['type'],
      items: {
        type: 'object',
        required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
        properties: {
          type: { type: 'string' },
          status: { type: 'string', _enum: ['True', 'False', 'Unknown'] },
          reason: { type: 'string' },
          message: { type: 'string' },
          lastTransitionTime: { type: 'string', format: 'date-time' },
        },
      },
    },
  },
};

const columns = [
  { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
  { name: 'Books', type: 'integer', jsonPath: '.status.books' },
  { name: 'Ready', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
  { name: 'Reason', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].reason", priority: 1 },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

/** Where a server asks our webhooks. */
export interface WebhookPlace {
  readonly url: string;
  /** The authority of their certificate, as PEM in base64. */
  readonly caBundle: string;
}

/**
 * Pure. Returns the definition of shelves. Our webhook converts them between their versions. The library writes some
 * names of schemas otherwise, since they are none of JavaScript: `_default` stands for `default`.
 */
export const shelfDefinition = ({ url, caBundle }: WebhookPlace): V1CustomResourceDefinition => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `shelves.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'shelves', singular: 'shelf', kind: 'Shelf', listKind: 'ShelfList', shortNames: ['sh'] },
    conversion: {
      strategy: 'Webhook',
      webhook: {
        conversionReviewVersions: ['v1'],
        clientConfig: { url: `${url}/convert`, caBundle },
      },
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: columns,
        schema: {
          openAPIV3Schema: {
            description: 'A shelf with the books that are to stand on it.',
            type: 'object',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                x_kubernetes_validations: [
                  {
                    rule: '!has(self.books) || size(self.books) <= self.size',
                    message: 'these are more books than fit',
                  },
                  { rule: 'self.size >= oldSelf.size', message: 'a shelf cannot shrink', fieldPath: '.size' },
                ],
                properties: {
                  size: {
                    description: 'How many books fit.',
                    type: 'integer',
                    minimum: 1,
                    maximum: 100,
                    _default: 3,
                  },
                  books: {
                    description: 'The books.',
                    type: 'array',
                    maxItems: 100,
                    x_kubernetes_list_type: 'map',
                    x_kubernetes_list_map_keys: ['title'],
                    items: {
                      type: 'object',
                      required: ['title'],
                      properties: {
                        title: { type: 'string', pattern: '^[a-z0-9-]+$', maxLength: 40 },
                        pages: { type: 'integer', minimum: 1, default: 100 },
                      },
                    },
                  },
                },
              },
              status,
            },
          },
        },
      },
      {
        name: 'v1beta1',
        served: true,
        storage: false,
        deprecated: true,
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: 'Titles', type: 'string', jsonPath: '.spec.titles' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  size: { type: 'integer', _default: 3 },
                  titles: { type: 'array', items: { type: 'string' } },
                },
              },
              status,
            },
          },
        },
      },
    ],
  },
});

/** Pure. Returns the configuration by which a server asks us whether a shelf may be written. */
export const shelfValidation = ({ url, caBundle }: WebhookPlace) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: group },
  webhooks: [
    {
      name: `shelves.${group}`,
      clientConfig: { url: `${url}/validate`, caBundle },
      rules: [
        { operations: ['CREATE', 'UPDATE'], apiGroups: [group], apiVersions: ['v1'], resources: ['shelves'] },
      ],
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    },
  ],
});
