import type { AdmittedWrite } from '@ignite/toolkit/client/admission';
import type { AdmissionWebhook, WebhookRule } from './webhook-configuration.ts';

/**
 * Pure. Returns the version of a kind in which a webhook is asked about a write, or undefined if it is not asked.
 * @param versions are those in which the kind is served
 */
export function matchingVersion(
  { rules, matchPolicy }: AdmissionWebhook,
  write: AdmittedWrite,
  versions: readonly string[],
): string | undefined {
  const { version } = write.kind;
  if (rules.some((rule) => matches(rule, write, version))) return version;
  if (matchPolicy === 'Exact') return undefined;
  return versions.find((other) => rules.some((rule) => matches(rule, write, other)));
}

function matches(rule: WebhookRule, write: AdmittedWrite, version: string): boolean {
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

function isInScope({ scope }: WebhookRule, { object, old }: AdmittedWrite): boolean {
  const isNamespaced = ((object ?? old)?.metadata.namespace ?? '') !== '';
  return scope === '*' || (scope === 'Namespaced') === isNamespaced;
}
