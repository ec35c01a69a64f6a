import { hostUses as usesOfKinds } from '@ignite/api/host-uses';
import { resources } from '@ignite/api/resources';
import { group } from '@ignite/api/v1/group';
import { hostResource } from '@ignite/api/v1/resources/host';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { HostUse, HostUses } from '@ignite/toolkit/allowance/host-use';
import { keyText } from '@ignite/toolkit/object/object-key';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { UserInfo } from '../../request/user-info.ts';
import type { AccessRequest } from '../../request/access-request.ts';
import type { AccessRules } from '../access-rules.ts';
import type { ObjectWrite } from './check-escalation.ts';
import { decide, isMaster } from '../decide.ts';

/**
 * Pure. Checks that a user who writes an object may use what it uses of the host: the verb `use` on
 * `hosts/paths`, `hosts/files` (only to read), `hosts/ports`, `hosts/networks` or `hosts/services`, each by its
 * name, and `get` on other objects. What the object has used before may stay. `hostUses` finds the uses by kind.
 * @throws ObjectError FORBIDDEN
 */
export function checkHostUses(
  user: UserInfo,
  { old, next }: ObjectWrite,
  access: AccessRules,
  hostUses: HostUses = usesOfKinds,
): void {
  if (isMaster(user)) return;
  const before = new Set((old ? usesOf(old, hostUses) : []).map(identityOf));
  const forbidden = usesOf(next, hostUses).filter(
    (use) => !before.has(identityOf(use)) && !mayUse(user, use, access),
  );
  if (forbidden.length === 0) return;
  const { kind, metadata } = next;
  const whats = forbidden.map((use) => `${use.field} uses ${useText(use)}`);
  throw new ObjectError(
    'FORBIDDEN',
    `${kind} "${metadata.name}" is forbidden: user ${JSON.stringify(user.name)} may not use that of the host: ${whats.join(', ')}`,
  );
}

/** The same use may be in another field than before. */
const identityOf = (use: SingleUse): string => JSON.stringify({ ...use, field: '' });

/** Something of the host or another object. Only Syncs have allowances, which are written only by whoever may use all. */
type SingleUse = Exclude<HostUse, { readonly kind: 'allowance' }>;

function usesOf(object: KubeObject, hostUses: HostUses): readonly SingleUse[] {
  const { [object.kind]: find } = hostUses;
  const manifest = { ...object, spec: object.spec };
  return (find?.(manifest) ?? []).filter((use) => use.kind !== 'allowance');
}

/** Ports from here on are free to all, as they are to programs of the host. */
const firstFreePort = 1_024;

function mayUse(user: UserInfo, use: SingleUse, access: AccessRules): boolean {
  if (use.kind === 'port' && use.port >= firstFreePort) return true;
  return requestsFor(use).some((request) => decide(user, request, access).isAllowed);
}

/** Returns what a user may be allowed for a use, any of which is enough. */
function requestsFor(use: SingleUse): readonly AccessRequest[] {
  switch (use.kind) {
    case 'path':
      return use.access === 'read'
        ? [hostUse('paths', use.path), hostUse('files', use.path)]
        : [hostUse('paths', use.path)];
    case 'port':
      return [hostUse('ports', String(use.port))];
    case 'network':
      return [hostUse('networks', use.name)];
    case 'service':
      return [hostUse('services', use.name)];
    case 'object':
      return resources
        .filter(({ kind }) => kind === use.key.kind)
        .map(({ group: ofKind, plural }) => ({
          isResource: true,
          verb: 'get',
          group: ofKind,
          resource: plural,
          namespace: use.key.namespace,
          name: use.key.name,
        }));
  }
}

/**
 * A rule that names a folder is not about what is below it: whoever writes there, such as a guest that shares
 * it, could let a symbolic link lead out of it.
 */
const hostUse = (subresource: string, name: string): AccessRequest => ({
  isResource: true,
  verb: 'use',
  group,
  resource: hostResource.plural,
  subresource,
  name,
});

const useText = (use: SingleUse): string => {
  switch (use.kind) {
    case 'path':
      return use.path;
    case 'port':
      return `port ${use.port}`;
    case 'object':
      return keyText(use.key);
    case 'network':
    case 'service':
      return `${use.kind} ${use.name}`;
  }
};
