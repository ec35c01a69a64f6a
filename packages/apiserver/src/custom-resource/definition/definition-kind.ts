import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { clusterMetadataSchema } from '@ignite/toolkit/core/metadata';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type Kind, defineKind } from '@ignite/toolkit/scheme/kind';
import { age } from '@ignite/toolkit/text/age';
import { builtInResourceOf } from '../../resource/served-resource-of.ts';
import type { ServedResource } from '../../resource/served-resource.ts';
import { type CustomResourceDefinition, definitionSpecSchema, isDefinition } from './definition.ts';
import { definitionProblems } from './definition-problems.ts';
import { terminating } from './terminating.ts';

/** The kind of the definitions of other kinds. */
const definitionKind: Kind = defineKind({
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  scope: 'Cluster',
  subresources: ['status'],
  applyOrder: 0,
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    { title: 'CREATED AT', cell: ({ metadata }) => metadata.creationTimestamp },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs), wide: true },
  ],
  versions: [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: clusterMetadataSchema,
      spec: definitionSpecSchema,
    },
  ],
});

/** The kind as the API server serves it. */
export const definitionResource: ServedResource = {
  ...builtInResourceOf(definitionKind),
  unwritten: { spec: { names: {} } },
};

const served = servedKindOf(definitionKind);

/** The kind of definitions as a client over a store serves it, with Kubernetes' defaults and rules. */
export const servedDefinitionKind: ServedKind = {
  ...served,
  withDefaults: (object) => (isDefinition(object) ? completed(object) : object),
  problems: (object, old) =>
    isDefinition(object)
      ? definitionProblems(object, old && isDefinition(old) ? old : undefined)
      : served.problems!(object, old),
  atDeletion: (object, now) => (isDefinition(object) ? terminating(object, now) : object),
};

/** Fills in the names that follow from others, and notes in which versions objects may be stored. */
function completed({ spec, status, ...definition }: CustomResourceDefinition): KubeObject {
  const { names, versions } = spec;
  const { storedVersions = [], ...others } = status ?? {};
  const stored = versions.filter(({ storage }) => storage).map(({ name }) => name);
  return {
    ...definition,
    spec: {
      ...spec,
      names: {
        ...names,
        singular: names.singular || names.kind.toLowerCase(),
        listKind: names.listKind || `${names.kind}List`,
      },
      conversion: spec.conversion ?? { strategy: 'None' },
    },
    status: { ...others, storedVersions: [...new Set([...storedVersions, ...stored.slice(0, 1)])] },
  };
}
