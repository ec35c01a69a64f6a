import { selectsLabels } from '@ignite/toolkit/access/label-selector';
import type { LabelSelector } from '@ignite/toolkit/access/resources/role';
import type { AdmittedWrite } from '@ignite/toolkit/client/admission';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { storedNamespace } from '@ignite/toolkit/core/resources/namespace';
import type { ServedResource } from '../resource/served-resource.ts';
import { type WriteMatch, matchingVersion } from './matching-version.ts';
import { type WriteRule, ruleMatches } from './write-rule.ts';

/** The writes that a webhook or a policy is asked about. */
export interface WriteSelection<Rule extends WriteRule> extends WriteMatch<Rule> {
  readonly namespaceSelector: LabelSelector;
  readonly objectSelector: LabelSelector;
}

export interface SelectionOptions<Rule> {
  /** Reads the namespaces whose labels are selected. */
  readonly client: ObjectClient;
  readonly served: () => readonly ServedResource[];
  /** Tells whether a rule is about a write, where there is more to it than what all rules have. */
  readonly matches?: (rule: Rule, write: AdmittedWrite, version: string) => boolean;
}

/** Returns the version in which a webhook or a policy is asked about a write, if it is. */
export async function selectedVersion<Rule extends WriteRule>(
  selection: WriteSelection<Rule>,
  write: AdmittedWrite,
  { client, served, matches = ruleMatches }: SelectionOptions<Rule>,
): Promise<string | undefined> {
  const { group, resource } = write.kind;
  const versions = served()
    .filter((each) => each.group === group && each.resource === resource)
    .map(({ version }) => version);
  const version = matchingVersion(selection, write, versions, matches);
  if (version === undefined || !isObjectSelected(selection.objectSelector, write)) return undefined;
  return (await isNamespaceSelected(selection.namespaceSelector, write, client)) ? version : undefined;
}

/** An object is selected as it was or as it would be. */
const isObjectSelected = (selector: LabelSelector, { object, old }: AdmittedWrite): boolean =>
  [object, old].some((each) => each && selectsLabels(selector, each.metadata.labels));

/** Objects that are in no namespace are always selected. */
async function isNamespaceSelected(
  selector: LabelSelector,
  { kind, object, old, signal }: AdmittedWrite,
  client: ObjectClient,
): Promise<boolean> {
  const { namespace, labels } = (object ?? old)!.metadata;
  if (kind.group === '' && kind.resource === 'namespaces') return selectsLabels(selector, labels);
  if (namespace === '' || isEverything(selector)) return true;
  const found = await new KindClient(client, storedNamespace).find({ name: namespace }, { signal });
  return selectsLabels(selector, found?.metadata.labels ?? {});
}

const isEverything = ({ matchLabels, matchExpressions }: LabelSelector): boolean =>
  Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;
