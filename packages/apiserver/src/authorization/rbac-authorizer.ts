import { type ClientKind, KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { unlessAborted } from '@ignite/toolkit/async/unless-aborted';
import { Informer } from '@ignite/toolkit/controller/informer';
import type { Log } from '@ignite/toolkit/log/log';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Authorizer, Decision } from '../request/access.ts';
import type { UserInfo } from '../request/user-info.ts';
import { clientKinds } from './access-kinds.ts';
import type { AccessRequest } from '../request/access-request.ts';
import { type AccessRules, accessRules } from './access-rules.ts';
import { decide } from './decide.ts';

export interface RbacOptions {
  readonly client: ObjectClient;
  readonly clock: Clock;
  readonly log: Log;
}

/** Decides by the roles and bindings that a client knows, of which it keeps a copy. */
export class RbacAuthorizer implements Authorizer {
  readonly #informers;
  #rules: AccessRules | undefined;

  constructor({ client, clock, log }: RbacOptions) {
    const informer = <T extends KubeObject>(kind: ClientKind<T>): Informer<T> => {
      const made = new Informer(new KindClient(client, kind), clock, log);
      made.onChange(() => (this.#rules = undefined));
      return made;
    };
    this.#informers = {
      roles: informer(clientKinds.roles),
      clusterRoles: informer(clientKinds.clusterRoles),
      roleBindings: informer(clientKinds.roleBindings),
      clusterRoleBindings: informer(clientKinds.clusterRoleBindings),
    };
  }

  /** Follows the changes of roles and bindings until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(Object.values(this.#informers).map((informer) => informer.run(signal)));
  }

  /** Waits until all roles and bindings are known. Nobody is refused because they are not yet. */
  async authorize(user: UserInfo, request: AccessRequest, signal: AbortSignal): Promise<Decision> {
    return decide(user, request, await this.rules(signal));
  }

  /** Returns all that roles and bindings say, once it is known. */
  async rules(signal: AbortSignal): Promise<AccessRules> {
    if (this.#rules) return this.#rules;
    const { roles, clusterRoles, roleBindings, clusterRoleBindings } = this.#informers;
    await unlessAborted(Promise.all(Object.values(this.#informers).map(({ synced }) => synced)), signal);
    this.#rules ??= accessRules({
      roles: roles.list(),
      clusterRoles: clusterRoles.list(),
      roleBindings: roleBindings.list(),
      clusterRoleBindings: clusterRoleBindings.list(),
    });
    return this.#rules;
  }
}
