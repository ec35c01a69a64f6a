import type { Client } from '@ignite/api/client/client';
import type { CallAccess } from '@ignite/api/remote/calls';
import { group as ownGroup } from '@ignite/api/v1/group';
import { keyOfFullName } from '@ignite/api/v1/shown-name';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { type AccessRequest, type ResourceAccess, everything } from '../request/access-request.ts';
import type { UserInfo } from '../request/user-info.ts';
import type { Decision } from '../request/access.ts';

export interface Caller {
  readonly user: UserInfo;
  readonly may: (user: UserInfo, request: AccessRequest, signal: AbortSignal) => Promise<Decision>;
  readonly vms: Pick<Client['vms'], 'find'>;
}

/**
 * Checks that a user may make a call, and returns the arguments with which it is made. Whoever may not do it to all
 * VMs must name the VM by its full name, and the call is made with its uid, so that no other VM can be meant.
 * @throws ObjectError FORBIDDEN
 */
export async function authorizeCall(
  access: CallAccess,
  args: readonly unknown[],
  { user, may, vms }: Caller,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  if (access === 'everything') {
    if ((await may(user, everything, signal)).isAllowed) return args;
    throw forbidden(user, 'may not do everything in all namespaces (verb "*" on "*" of the group "*")');
  }
  const { verb, group = ownGroup, resource, subresource, isOfVm = false } = access;
  const asked: ResourceAccess = {
    isResource: true,
    verb,
    group,
    resource,
    ...(subresource !== undefined && { subresource }),
  };
  if ((await may(user, asked, signal)).isAllowed) return args;
  const part = subresource === undefined ? resource : `${resource}/${subresource}`;
  if (!isOfVm) throw forbidden(user, `cannot ${verb} ${part} in all namespaces`);
  const [query, ...others] = args;
  const key = keyOfFullName(String(query));
  const refused = forbidden(user, `cannot ${verb} ${part} of the VM "${String(query)}"`);
  if (!(await may(user, { ...asked, ...key }, signal)).isAllowed) throw refused;
  const { metadata } = await vms.find(String(query), signal).catch(() => {
    throw refused;
  });
  if (metadata.namespace !== key.namespace || metadata.name !== key.name) throw refused;
  return [metadata.uid, ...others];
}

const forbidden = ({ name }: UserInfo, what: string): ObjectError =>
  new ObjectError('FORBIDDEN', `forbidden: user "${name}" ${what}`, {
    hint: 'ask an administrator of the server for a role, and name a VM as NAMESPACE/NAME',
  });
