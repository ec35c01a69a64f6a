import { resourceName } from '@ignite/toolkit/client/group-version-resource';
import type { AccessRequest, ResourceAccess } from './access-request.ts';
import type { UserInfo } from './user-info.ts';

/** Pure. Says who may not do what, in Kubernetes' words. */
export function forbiddenText({ name }: UserInfo, info: AccessRequest): string {
  if (!info.isResource) return `forbidden: User "${name}" cannot ${info.verb} path "${info.path}"`;
  const about = info.name === undefined ? resourceName(info) : `${resourceName(info)} "${info.name}"`;
  const part = info.subresource === undefined ? info.resource : `${info.resource}/${info.subresource}`;
  return `${about} is forbidden: User "${name}" cannot ${info.verb} resource "${part}" in API group "${info.group}" ${scopeText(info)}`;
}

const scopeText = ({ namespace }: ResourceAccess): string =>
  namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
