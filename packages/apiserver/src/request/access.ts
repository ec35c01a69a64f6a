import type { AccessRequest } from './access-request.ts';
import type { ApiRequest } from './exchange.ts';
import type { UserInfo } from './user-info.ts';

/** The port that finds out who makes a request. */
export interface Authenticator {
  /**
   * Returns the user, or undefined if the request shows no credentials that this authenticator knows.
   * @throws ObjectError UNAUTHORIZED if it shows such credentials and they are not valid
   */
  authenticate(request: ApiRequest, signal: AbortSignal): Promise<UserInfo | undefined>;
}

/** The port that decides whether a user may do something. */
export interface Authorizer {
  authorize(user: UserInfo, request: AccessRequest, signal: AbortSignal): Promise<Decision>;
}

export interface Decision {
  readonly isAllowed: boolean;
  /** Which rule decided, for the audit log and for those who ask. */
  readonly reason: string;
}
