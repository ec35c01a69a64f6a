import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DefinitionSpec } from './definition.ts';
import { definitionProblems } from './definition-problems.ts';
import { potDefinition, potVersion } from '../pot.sample.ts';

const names = potDefinition().spec.names;
const noLabel =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const wrongName =
  'metadata.name: Invalid value: "pots.garden.example": must be spec.names.plural+"."+spec.group';

const table: readonly (readonly [string, Partial<DefinitionSpec>, readonly string[]])[] = [
  ['a sound definition', {}, []],
  [
    'a group without a dot',
    { group: 'garden' },
    [wrongName, 'spec.group: Invalid value: "garden": should be a domain with at least one dot'],
  ],
  // Objects of such a kind would be read as VMs, without the schema of VMs.
  ...['ignite.weave.works', 'rbac.authorization.k8s.io', 'apiextensions.k8s.io'].map(
    (group) =>
      [
        `the built-in group ${group}`,
        { group },
        [wrongName, `spec.group: Forbidden: the kinds of ${group} are built in, and no others can be added`],
      ] as const,
  ),
  [
    'an unknown scope',
    { scope: 'World' },
    ['spec.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced"'],
  ],
  [
    'names that are none',
    { names: { ...names, listKind: 'Pot', shortNames: ['P!'] } },
    [
      `spec.names.shortNames[0]: Invalid value: "P!": ${noLabel}`,
      'spec.names.listKind: Invalid value: "Pot": kind and listKind may not be the same',
    ],
  ],
  [
    'no name',
    { names: { plural: 'pots', kind: '' } },
    [
      'spec.names.singular: Required value',
      'spec.names.kind: Required value',
      'spec.names.listKind: Required value',
    ],
  ],
  [
    'two stored versions',
    { versions: [potVersion, { ...potVersion, name: 'v2' }] },
    [
      'spec.versions: Invalid value: ["v1","v2"]: must have exactly one version marked as storage version',
      'status.storedVersions: Invalid value: ["v1"]: must have the storage version v2',
    ],
  ],
  [
    'the same version twice',
    { versions: [potVersion, { ...potVersion, storage: false }] },
    ['spec.versions: Invalid value: ["v1","v1"]: must contain unique version names'],
  ],
  [
    'a version without a schema',
    { versions: [{ name: 'v1', served: true, storage: true }] },
    ['spec.versions[0].schema.openAPIV3Schema: Required value'],
  ],
  [
    'a schema that is not structural',
    {
      versions: [
        {
          ...potVersion,
          selectableFields: [],
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: {} } } },
        },
      ],
    },
    [
      'spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields',
    ],
  ],
  [
    'a schema that is none',
    { versions: [{ ...potVersion, schema: { openAPIV3Schema: { type: 5 } } }] },
    ['spec.validation.openAPIV3Schema.type: must be a text, not 5'],
  ],
  [
    'columns, paths and fields that lead nowhere',
    {
      versions: [
        {
          ...potVersion,
          subresources: {
            scale: { specReplicasPath: 'spec.replicas', statusReplicasPath: '.spec.replicas' },
          },
          additionalPrinterColumns: [{ name: '', type: 'text', jsonPath: 'spec' }],
          selectableFields: [
            { jsonPath: '.spec.size' },
            { jsonPath: '.spec.plants' },
            { jsonPath: '.metadata.name' },
          ],
        },
      ],
    },
    [
      'spec.versions[0].subresources.scale.specReplicasPath: Invalid value: "spec.replicas": must be a simple json path starting with .',
      'spec.versions[0].subresources.scale.statusReplicasPath: Invalid value: ".spec.replicas": should be a json path under .status',
      'spec.versions[0].additionalPrinterColumns[0].name: Required value',
      'spec.versions[0].additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
      'spec.versions[0].additionalPrinterColumns[0].JSONPath: Invalid value: "spec": must be a simple json path starting with .',
      'spec.versions[0].selectableFields[0].jsonPath: Invalid value: ".spec.size": is an invalid path: does not refer to a valid field',
      'spec.versions[0].selectableFields[1].jsonPath: Invalid value: ".spec.plants": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      'spec.versions[0].selectableFields[2].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata',
    ],
  ],
  [
    'a conversion by nobody',
    { conversion: { strategy: 'Webhook' } },
    [
      'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
      'spec.conversion.conversionReviewVersions: Required value',
    ],
  ],
];

for (const [title, changes, problems] of table)
  test(`definitionProblems: ${title}`, () => {
    const causes = definitionProblems(potDefinition(changes));
    assert.deepEqual(
      causes.map(({ field, message }) => `${field}: ${message}`),
      problems,
    );
  });

test('definitionProblems: what was established and what is stored stays', () => {
  const established = {
    type: 'Established',
    status: 'True',
    reason: '',
    message: '',
    observedGeneration: 1,
    lastTransitionTime: '',
  } as const;
  const old = { ...potDefinition(), status: { storedVersions: ['v1'], conditions: [established] } };
  const next = potDefinition({ scope: 'Cluster', versions: [{ ...potVersion, name: 'v2' }] });
  const status = { storedVersions: ['v1', 'v2'] };
  const messages = definitionProblems({ ...next, status }, old).map(({ field }) => field);
  assert.deepEqual(messages, ['status.storedVersions[0]', 'spec.scope']);
});
