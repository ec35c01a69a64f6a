import type { AdmittedWrite } from '@ignite/toolkit/client/admission';
import * as v from 'valibot';

const atLeastOne = v.pipe(v.array(v.string()), v.nonEmpty('must have at least one value'));

/** What a rule about writes consists of (Kubernetes: RuleWithOperations). */
export const writeRuleEntries = {
  operations: v.pipe(
    v.array(v.picklist(['*', 'CREATE', 'UPDATE', 'DELETE', 'CONNECT'])),
    v.nonEmpty('must have at least one value'),
  ),
  apiGroups: atLeastOne,
  apiVersions: atLeastOne,
  resources: atLeastOne,
  scope: v.optional(v.picklist(['*', 'Cluster', 'Namespaced']), '*'),
};

const writeRule = v.strictObject(writeRuleEntries);

/** Says which writes somebody has a say in. */
export type WriteRule = v.InferOutput<typeof writeRule>;

/** Pure. Tells whether a rule is about a write of a kind in one of its versions. */
export function ruleMatches(rule: WriteRule, write: AdmittedWrite, version: string): boolean {
  return (
    isOneOf(rule.operations, write.operation) &&
    isOneOf(rule.apiGroups, write.kind.group) &&
    isOneOf(rule.apiVersions, version) &&
    rule.resources.some((resource) => isResource(resource, write)) &&
    isInScope(rule, write)
  );
}

const isOneOf = (names: readonly string[], name: string): boolean =>
  names.includes('*') || names.includes(name);

function isResource(text: string, { kind, subresource }: AdmittedWrite): boolean {
  const [resource = '', part = ''] = text.split('/', 2);
  return isOneOf([resource], kind.resource) && isOneOf([part], subresource ?? '');
}

function isInScope({ scope }: WriteRule, { object, old }: AdmittedWrite): boolean {
  const isNamespaced = ((object ?? old)?.metadata.namespace ?? '') !== '';
  return scope === '*' || (scope === 'Namespaced') === isNamespaced;
}
