import type { IgnitedValues } from '@ignite/api/ignited/ignited-settings';
import { type AllowSpec, allowSchema } from '@ignite/toolkit/allowance/allow-spec';
import { issueText } from '@ignite/toolkit/schema/issue-text';
import * as v from 'valibot';
import { optionInvalid } from './errors.ts';

/** The management cluster of Cluster API that a host serves. */
export interface ManagementOptions {
  readonly kubeconfigFile: string;
  /** What its machines may use of the host. */
  readonly allow: AllowSpec;
}

/** What of a host can be allowed to machines, which are no sources and have no objects of kinds. */
const managementAllowSchema = v.omit(allowSchema, ['kinds']);

/** Pure. Returns the management cluster that the settings name. @throws CodedError USAGE_INVALID */
export function managementOptions(values: IgnitedValues): ManagementOptions | undefined {
  const { 'management-kubeconfig': kubeconfigFile, 'management-allow': pairs, clusters } = values;
  if (kubeconfigFile === undefined) {
    if (pairs === undefined) return undefined;
    throw optionInvalid('--management-allow requires --management-kubeconfig', 'name the management cluster');
  }
  if (clusters)
    throw optionInvalid(
      '--management-kubeconfig excludes --clusters',
      'a host either has clusters of its own, or serves those of a management cluster',
    );
  return { kubeconfigFile, allow: allowanceOf(pairs ?? []) };
}

function allowanceOf(pairs: readonly string[]): AllowSpec {
  const lists = new Map<string, readonly string[]>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const list = pair.slice(0, Math.max(at, 0));
    const names = pair.slice(at + 1).split(',');
    lists.set(list, [...(lists.get(list) ?? []), ...names.filter(Boolean)]);
  }
  const result = v.safeParse(managementAllowSchema, Object.fromEntries(lists));
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw optionInvalid(
    `--management-allow: ${v.getDotPath(issue) ?? 'it'}: ${issueText(issue)}`,
    'use --management-allow LIST=NAME,..., with one of the lists hostPaths, files, networks, ports, objects and services',
  );
}
