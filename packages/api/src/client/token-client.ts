/** The ready roles that a token can give, from the one that gives least. */
export const tokenRoles = ['viewer', 'operator', 'admin'] as const;
export type TokenRole = (typeof tokenRoles)[number];

export interface NewToken {
  /** The name of the token, and of the user whom it stands for. */
  readonly name: string;
  /** What the user may do in all namespaces; without it, what is given to him and his groups otherwise. */
  readonly role?: TokenRole | undefined;
  readonly groups: readonly string[];
  /** The time after which the token is refused, in milliseconds; without it, it never expires. */
  readonly ttlMs?: number | undefined;
}

/** A token as it is known after it was shown. */
export interface KnownToken {
  readonly name: string;
  readonly groups: readonly string[];
  /** The role that was given to the user with the token, if it still is. */
  readonly role?: string | undefined;
  readonly createdAt: string;
  readonly expiresAt?: string | undefined;
}

/** The tokens by which people and programs are known to the API of this host. */
export interface TokenClient {
  /**
   * Makes a token, whose text is returned and not kept.
   * @throws CodedError TOKEN_EXISTS, TOKEN_INVALID, TOKENS_UNREADABLE
   */
  create(token: NewToken, signal: AbortSignal): Promise<string>;
  /** @throws CodedError TOKENS_UNREADABLE */
  list(signal: AbortSignal): Promise<readonly KnownToken[]>;
  /**
   * Removes a token, and takes the role that came with it.
   * @throws CodedError TOKEN_NOT_FOUND, TOKENS_UNREADABLE
   */
  remove(name: string, signal: AbortSignal): Promise<void>;
}
