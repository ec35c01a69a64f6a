import type { ClientOperation } from '@ignite/api/client/progress';
import type { Credentials, KeptIn, LoginPlace, RegistryClient } from '@ignite/api/client/registry-client';
import { type LoginDeps, knownUser, logIn, logOut } from '../../tools/oci/registry-login.ts';

/** Keeps credentials for registries on this host. It needs no root. */
export class LocalRegistries implements RegistryClient {
  readonly #deps: LoginDeps;

  constructor(deps: LoginDeps) {
    this.#deps = deps;
  }

  async knownUser(place: LoginPlace): Promise<string | undefined> {
    return await knownUser(place, this.#deps);
  }

  async logIn(place: LoginPlace, credentials: Credentials, op: ClientOperation): Promise<KeptIn> {
    return await logIn(place, credentials, this.#deps, op);
  }

  async logOut(place: LoginPlace, op: ClientOperation): Promise<boolean> {
    return await logOut(place, this.#deps, op);
  }
}
