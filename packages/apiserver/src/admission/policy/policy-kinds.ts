import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { clusterMetadataSchema } from '@ignite/toolkit/core/metadata';
import { type Kind, defineKind } from '@ignite/toolkit/scheme/kind';
import { age } from '@ignite/toolkit/text/age';
import { admissionGroup } from '../webhook-configuration.ts';
import { type Policy, type PolicyBinding, bindingSpecSchema, policySpecSchema } from './policy.ts';
import { bindingProblems, policyProblems } from './policy-problems.ts';

/** The kind of policies that may refuse what is written. */
export const policyKind: Kind = defineKind({
  group: admissionGroup,
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  shortNames: [],
  scope: 'Cluster',
  subresources: ['status'],
  applyOrder: 2,
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    { title: 'VALIDATIONS', cell: (object) => String((object as Policy).spec.validations?.length ?? 0) },
    { title: 'PARAMKIND', cell: (object) => paramKindText(object as Policy) },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
  ],
  versions: [
    {
      apiVersion: `${admissionGroup}/v1`,
      kind: 'ValidatingAdmissionPolicy',
      metadata: clusterMetadataSchema,
      spec: policySpecSchema,
    },
  ],
});

/** The kind of the bindings that put policies into force. */
export const bindingKind: Kind = defineKind({
  group: admissionGroup,
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  shortNames: [],
  scope: 'Cluster',
  applyOrder: 2,
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    { title: 'POLICYNAME', cell: (object) => (object as PolicyBinding).spec.policyName },
    { title: 'PARAMREF', cell: (object) => paramRefText(object as PolicyBinding) },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
  ],
  versions: [
    {
      apiVersion: `${admissionGroup}/v1`,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: clusterMetadataSchema,
      spec: bindingSpecSchema,
    },
  ],
});

const paramKindText = ({ spec: { paramKind } }: Policy): string =>
  paramKind ? `${paramKind.apiVersion}/${paramKind.kind}` : '<unset>';

function paramRefText({ spec: { paramRef } }: PolicyBinding): string {
  if (!paramRef) return '<unset>';
  const { name, namespace, selector } = paramRef;
  return name ? `${namespace || '*'}/${name}` : JSON.stringify(selector);
}

const [servedPolicy, servedBinding] = [policyKind, bindingKind].map(servedKindOf) as [ServedKind, ServedKind];

/** The same kinds as a client over a store serves them, with the rules that expressions have. */
export const servedPolicyKinds: readonly ServedKind[] = [
  {
    ...servedPolicy,
    problems: (object, old) => {
      const problems = servedPolicy.problems?.(object, old) ?? [];
      return problems.length > 0 ? problems : policyProblems(object as Policy);
    },
  },
  {
    ...servedBinding,
    problems: (object, old) => {
      const problems = servedBinding.problems?.(object, old) ?? [];
      return problems.length > 0 ? problems : bindingProblems(object as PolicyBinding);
    },
  },
];
