import type { CallAccess } from '@ignite/api/remote/calls';
import { callsPath } from '@ignite/api/remote/messages';
import { apiVersion, group } from '@ignite/api/v1/group';
import { keyOfFullName } from '@ignite/api/v1/shown-name';
import type { RequestInfo, ResourceVerb } from '../request/request-info.ts';

/** Pure. Returns the path that tells calls of different names apart where they are recorded. */
export const callPath = (name: string): string => `${callsPath}/${name}`;

/**
 * Pure. Returns the request that a call is recorded as: one for what it needs the right to, with the VM as it was
 * named, or one of its own path if it needs all rights. Arguments may hold secrets, and are left out.
 */
export function callRequest(name: string, access: CallAccess, args: readonly unknown[]): RequestInfo {
  if (access === 'everything') return { isResource: false, verb: 'post', path: callPath(name) };
  const { verb, resource, subresource, isOfVm = false } = access;
  return {
    isResource: true,
    // The table of calls names verbs of objects.
    verb: verb as ResourceVerb,
    group,
    version: apiVersion.slice(group.length + 1),
    resource,
    ...(subresource !== undefined && { subresource }),
    ...(isOfVm && keyOfFullName(String(args[0]))),
  };
}
