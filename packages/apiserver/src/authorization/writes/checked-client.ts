import { hostUses, mayUseHost } from '@ignite/api/host-uses';
import { resources } from '@ignite/api/resources';
import { rbacGroup } from '@ignite/toolkit/access/resources/rbac';
import { ForwardingClient } from '@ignite/toolkit/client/forwarding-client';
import type { GroupVersionResource, ObjectKey } from '@ignite/toolkit/client/group-version-resource';
import type {
  NewObject,
  ObjectClient,
  ObjectPatch,
  PatchOptions,
  WriteOptions,
} from '@ignite/toolkit/client/object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { HostUses } from '@ignite/toolkit/allowance/host-use';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { forbiddenText } from '../../request/forbidden-text.ts';
import type { ResourceRequest } from '../../request/request-info.ts';
import type { UserInfo } from '../../request/user-info.ts';
import type { ServedResource } from '../../resource/served-resource.ts';
import { untilNobodyInterferes } from '../../resource/until-nobody-interferes.ts';
import type { AccessRules } from '../access-rules.ts';
import { decide } from '../decide.ts';
import { type WrittenPart, checkFullAuthority } from './check-full-authority.ts';
import { checkEscalation } from './check-escalation.ts';
import { checkHostUses } from './check-host-uses.ts';
import { checkParamAccess, policyGroup } from './check-param-access.ts';

export interface CheckedClientOptions {
  readonly client: ObjectClient;
  readonly user: UserInfo;
  readonly rules: () => Promise<AccessRules>;
  /** Returns the kinds that are served now. */
  readonly served: () => readonly ServedResource[];
}

/**
 * Writes for a user only what gives no rights that the user has not, and uses nothing of the host that the user
 * may not use. What is checked is what would be stored, as a dry run says.
 */
export class CheckedClient extends ForwardingClient {
  readonly #user: UserInfo;
  readonly #rules: () => Promise<AccessRules>;
  readonly #served: () => readonly ServedResource[];

  constructor({ client, user, rules, served }: CheckedClientOptions) {
    super(() => client);
    this.#user = user;
    this.#rules = rules;
    this.#served = served;
  }

  override async updateStatus(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    await this.#checkAuthority({ ...resource, subresource: 'status' });
    return await super.updateStatus(resource, object, options);
  }

  /** An apply creates what is not there, although its user has been allowed only to patch. */
  override async create(
    resource: GroupVersionResource,
    object: NewObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    await this.#checkAllowed(creationOf(resource, object));
    await this.#checkAuthority(resource);
    if (this.#isChecked(resource))
      await this.#check(undefined, await super.create(resource, object, dry(options)));
    return await super.create(resource, object, options);
  }

  /** The version in the object makes sure that what is replaced is what was checked. */
  override async update(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    await this.#checkAuthority(resource);
    if (this.#isChecked(resource)) {
      const { namespace, name } = object.metadata;
      const old = await super.get({ ...resource, namespace, name }, options);
      await this.#check(old, await super.update(resource, object, dry(options)));
    }
    return await super.update(resource, object, options);
  }

  override async patch(key: ObjectKey, patch: ObjectPatch, options?: PatchOptions): Promise<KubeObject> {
    await this.#checkAuthority({ ...key, subresource: options?.subresource });
    if (!this.#isChecked(key) || options?.subresource !== undefined)
      return await super.patch(key, patch, options);
    return await untilNobodyInterferes(
      options?.signal,
      async () => await this.#patchChecked(key, patch, options),
    );
  }

  /** What the patch makes is written in the place of what it was made from. */
  async #patchChecked(key: ObjectKey, patch: ObjectPatch, options?: PatchOptions): Promise<KubeObject> {
    const old = await super.get(key, options);
    const next = await super.patch(key, patch, dry(options));
    await this.#check(old, next);
    const { resourceVersion } = old.metadata;
    return await super.update(key, { ...next, metadata: { ...next.metadata, resourceVersion } }, options);
  }

  async #checkAllowed(request: ResourceRequest): Promise<void> {
    const { isAllowed } = decide(this.#user, request, await this.#rules());
    if (!isAllowed) throw new ObjectError('FORBIDDEN', forbiddenText(this.#user, request));
  }

  async #checkAuthority({ group, resource, subresource }: WrittenPart): Promise<void> {
    checkFullAuthority(this.#user, { group, resource, subresource }, await this.#rules());
  }

  async #check(old: KubeObject | undefined, next: KubeObject): Promise<void> {
    const rules = await this.#rules();
    checkEscalation(this.#user, { old, next }, rules);
    checkHostUses(this.#user, { old, next }, rules, { ...hostUses, ...this.#furtherUses(next) });
    await checkParamAccess(this.#user, next, {
      access: rules,
      old,
      served: this.#served(),
      policyNamed: async (name) => await this.#policyNamed(name),
    });
  }

  #isChecked({ group }: GroupVersionResource): boolean {
    return checkedGroups.has(group) || this.#served().some((each) => each.hostUses && each.group === group);
  }

  /** Returns what finds the uses of the host in an object of a kind that not every host serves. */
  #furtherUses({ apiVersion, kind }: KubeObject): HostUses {
    const [group] = apiVersion.split('/');
    const found = this.#served().find((each) => each.hostUses && each.group === group && each.kind === kind);
    return found?.hostUses ? { [kind]: found.hostUses } : {};
  }

  async #policyNamed(name: string): Promise<KubeObject | undefined> {
    try {
      return await super.get({ ...policies, namespace: '', name });
    } catch (failure) {
      if (hasCode(failure, 'NOT_FOUND')) return undefined;
      throw failure;
    }
  }
}

const policies = { group: policyGroup, version: 'v1', resource: 'validatingadmissionpolicies' };

const dry = <T extends WriteOptions>(options: T | undefined): WriteOptions => ({ ...options, dryRun: true });

const creationOf = (
  { group, version, resource }: GroupVersionResource,
  { metadata: { namespace, name } }: NewObject,
): ResourceRequest => ({
  isResource: true,
  verb: 'create',
  group,
  version,
  resource,
  ...(namespace && { namespace }),
  ...(name && { name }),
});

/** Groups rather than plural names, since it is by its group and kind that an object is used. */
const checkedGroups: ReadonlySet<string> = new Set([
  rbacGroup,
  policyGroup,
  ...resources.filter(({ kind }) => mayUseHost(kind)).map(({ group }) => group),
]);
