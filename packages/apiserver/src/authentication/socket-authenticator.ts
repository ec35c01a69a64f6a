import type { Server, Socket } from 'node:net';
import type { Authenticator } from '../request/access.ts';
import type { ApiRequest } from '../request/exchange.ts';
import type { UserInfo } from '../request/user-info.ts';

/**
 * Knows everyone who comes through a unix socket as one user, because the mode of the socket says who may open
 * it. Node does not tell which user that was.
 */
export class SocketAuthenticator implements Authenticator {
  readonly #user: UserInfo;
  readonly #connections = new WeakSet<Socket>();

  constructor(user: UserInfo) {
    this.#user = user;
  }

  /**
   * Trusts the connections that a server accepts from now on. Whether a connection has an address would not
   * tell where it is from: one through a network has none either once the other side is gone.
   */
  trust(server: Server): void {
    server.on('connection', (connection) => this.#connections.add(connection));
  }

  async authenticate({ socket }: ApiRequest): Promise<UserInfo | undefined> {
    return this.#connections.has(socket) ? this.#user : undefined;
  }
}
