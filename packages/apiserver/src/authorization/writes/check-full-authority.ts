import { hostResource } from '@ignite/api/v1/resources/host';
import { imageResource } from '@ignite/api/v1/resources/image';
import { kernelResource } from '@ignite/api/v1/resources/kernel';
import { vmResource } from '@ignite/api/v1/resources/vm';
import { snapshotResource } from '@ignite/api/v1/resources/snapshot';
import { volumeResource } from '@ignite/api/v1/resources/volume';
import { type GroupVersionResource, resourceName } from '@ignite/toolkit/client/group-version-resource';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { gitSourceResource, syncResource } from '@ignite/toolkit/sync/resources';
import { everything } from '../../request/access-request.ts';
import type { UserInfo } from '../../request/user-info.ts';
import type { AccessRules } from '../access-rules.ts';
import { decide } from '../decide.ts';

/** What is written: objects, or a part of them. */
export interface WrittenPart extends Omit<GroupVersionResource, 'version'> {
  readonly subresource?: string | undefined;
}

const partName = ({ subresource, ...resource }: WrittenPart): string =>
  resourceName(resource) + (subresource === undefined ? '' : `/${subresource}`);

/** Why whoever writes something could do everything thereby, by what is written. */
const reasons: ReadonlyMap<string, string> = new Map([
  ...[gitSourceResource, syncResource].flatMap(({ group, plural: resource }) =>
    [undefined, 'status'].map(
      (subresource) =>
        [
          partName({ group, resource, subresource }),
          'what a Sync applies may be in any namespace, and Secrets too',
        ] as const,
    ),
  ),
  ...[imageResource, kernelResource, volumeResource, snapshotResource, hostResource, vmResource].map(
    ({ group, plural: resource }) =>
      [
        partName({ group, resource, subresource: 'status' }),
        'it says which files and addresses of the host are used',
      ] as const,
  ),
]);

/**
 * Pure. Checks that a user may do everything in all namespaces if what he writes gives as much.
 * @throws ObjectError FORBIDDEN
 */
export function checkFullAuthority(user: UserInfo, part: WrittenPart, access: AccessRules): void {
  const name = partName(part);
  const reason = reasons.get(name);
  if (reason === undefined || decide(user, everything, access).isAllowed) return;
  throw new ObjectError(
    'FORBIDDEN',
    `${name} is forbidden: user ${JSON.stringify(user.name)} may not do everything in all namespaces (verb "*" on "*" of the group "*"), and only whoever may can write this: ${reason}`,
  );
}
