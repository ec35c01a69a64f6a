import type { ClientOperation } from './progress.ts';

/** A registry, and where the credentials for it are kept. */
export interface LoginPlace {
  readonly registry: string;
  readonly registryConfigDir?: string;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The place where the credentials are kept after a login. */
export type KeptIn =
  { readonly kind: 'file'; readonly file: string } | { readonly kind: 'helper'; readonly helper: string };

/** Keeps the current user's credentials for registries. */
export interface RegistryClient {
  /**
   * Returns the user who last logged in to the registry, if that is known.
   * @throws CodedError REGISTRY_CONFIG_INVALID
   */
  knownUser(place: LoginPlace): Promise<string | undefined>;
  /**
   * Makes the registry check the credentials, and keeps them where Docker does.
   * @throws CodedError REGISTRY_AUTH, REGISTRY_UNREACHABLE, REGISTRY_CONFIG_INVALID, CREDENTIAL_HELPER_FAILED
   */
  logIn(place: LoginPlace, credentials: Credentials, op: ClientOperation): Promise<KeptIn>;
  /** Forgets the credentials, and tells whether there were any. */
  logOut(place: LoginPlace, op: ClientOperation): Promise<boolean>;
}
