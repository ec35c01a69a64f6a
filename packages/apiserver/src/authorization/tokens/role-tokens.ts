import type { KnownToken, NewToken, TokenClient, TokenRole } from '@ignite/api/client/token-client';
import type { ClusterRoleBinding } from '@ignite/toolkit/access/resources/binding';
import { rbacGroup } from '@ignite/toolkit/access/resources/rbac';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { makeToken } from '../../authentication/token-file/stored-token.ts';
import type { TokenErrorCode, TokenFile } from '../../authentication/token-file/token-file.ts';
import { clientKinds } from '../access-kinds.ts';

export interface RoleTokensOptions {
  readonly file: TokenFile;
  /** Where the bindings are that give roles to the users of tokens. */
  readonly client: ObjectClient;
  readonly clock: Clock;
}

/** Tokens in a file, and the bindings that give roles to their users. */
export class RoleTokens implements TokenClient {
  readonly #file: TokenFile;
  readonly #bindings: KindClient<ClusterRoleBinding>;
  readonly #clock: Clock;

  constructor({ file, client, clock }: RoleTokensOptions) {
    this.#file = file;
    this.#bindings = new KindClient(client, clientKinds.clusterRoleBindings);
    this.#clock = clock;
  }

  /** The token comes first, since a role without it is of no use to anybody. */
  async create(wanted: NewToken, signal: AbortSignal): Promise<string> {
    checkNames(wanted);
    const { name, role } = wanted;
    const { text, stored } = makeToken({ ...wanted, user: name, createdAtMs: this.#clock.now() });
    await this.#file.add(stored, signal);
    try {
      await this.#unbind(name, signal); // a command that was killed may have left one
      if (role !== undefined) await this.#bindings.create(bindingOf(name, role), { signal });
    } catch (failure) {
      await this.#file.remove(name, AbortSignal.timeout(5_000));
      throw failure;
    }
    return text;
  }

  async list(signal: AbortSignal): Promise<readonly KnownToken[]> {
    const [tokens, { items }] = await Promise.all([this.#file.list(), this.#bindings.list({ signal })]);
    const roles = new Map(items.map(({ metadata, roleRef }) => [metadata.name, roleRef.name]));
    return tokens
      .map(({ name, groups, createdAt, expiresAt }) => ({
        name,
        groups,
        role: roles.get(bindingName(name)),
        createdAt,
        expiresAt,
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async remove(name: string, signal: AbortSignal): Promise<void> {
    await this.#file.remove(name, signal);
    await this.#unbind(name, signal);
  }

  async #unbind(name: string, signal: AbortSignal): Promise<void> {
    await this.#bindings.delete({ name: bindingName(name) }, { signal }).catch((failure: unknown) => {
      if (!hasCode(failure, 'NOT_FOUND')) throw failure;
    });
  }
}

const bindingName = (token: string): string => `ignite:token:${token}`;

const bindingOf = (user: string, role: TokenRole) => ({
  metadata: { name: bindingName(user) },
  roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: `ignite:${role}` },
  subjects: [{ apiGroup: rbacGroup, kind: 'User', name: user }],
});

const form = /^[a-z0-9]([\w.@-]{0,61}[a-z0-9])?$/i;
/** Names that only the server itself gives. */
const reserved = 'system:';

function checkNames({ name, groups }: NewToken): void {
  if (!form.test(name))
    throw invalid(
      `not a name of a token: ${JSON.stringify(name)}`,
      'use up to 63 letters, digits, dots, dashes, underscores and at signs, such as ada@example.org',
    );
  const group = groups.find((each) => each === '' || each.startsWith(reserved));
  if (group !== undefined)
    throw invalid(
      `no token can be of the group ${JSON.stringify(group)}`,
      `name groups that do not begin with "${reserved}"; the role "admin" gives the rights of an administrator`,
    );
}

const invalid = (what: string, hint: string): CodedError<TokenErrorCode> =>
  new CodedError('TOKEN_INVALID', what, { hint });
