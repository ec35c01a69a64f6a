import { BearerAuthenticator } from '@ignite/apiserver/authentication/bearer-authenticator';
import { CertificateAuthenticator } from '@ignite/apiserver/authentication/certificate-authenticator';
import { OidcAuthenticator } from '@ignite/apiserver/authentication/oidc-authenticator';
import { openServiceAccountKeys } from '@ignite/apiserver/authentication/service-account/service-account-keys';
import { ServiceAccountTokens } from '@ignite/apiserver/authentication/service-account/service-account-tokens';
import { SocketAuthenticator } from '@ignite/apiserver/authentication/socket-authenticator';
import { TokenFile } from '@ignite/apiserver/authentication/token-file/token-file';
import { TokenFileAuthenticator } from '@ignite/apiserver/authentication/token-file/token-file-authenticator';
import { UnionAuthenticator } from '@ignite/apiserver/authentication/union-authenticator';
import { mastersGroup } from '@ignite/apiserver/authorization/decide';
import { keepAggregatedRules } from '@ignite/apiserver/authorization/default-roles/keep-aggregated-rules';
import { reconcileDefaults } from '@ignite/apiserver/authorization/default-roles/reconcile-defaults';
import { RbacAuthorizer } from '@ignite/apiserver/authorization/rbac-authorizer';
import type { ServedResource } from '@ignite/apiserver/resource/served-resource';
import { AccessServices } from '@ignite/apiserver/reviews/access-services';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { systemClock } from '@ignite/toolkit/clock/clock';
import type { Log } from '@ignite/toolkit/log/log';
import type { OidcTrust } from './api-trust.ts';
import { httpsFetch } from './https-fetch.ts';

export interface ApiAccessOptions {
  readonly client: ObjectClient;
  /** The folder with the keys and tokens of the API. */
  readonly dir: string;
  /** The identity provider whose users are known, if there is one. */
  readonly oidc?: OidcTrust | undefined;
  /** Returns the kinds that are served now. */
  readonly served: () => readonly ServedResource[];
  readonly log: Log;
}

/** Who issues the tokens of service accounts. Kubernetes has the same name for a server within its cluster. */
const issuer = 'https://kubernetes.default.svc.cluster.local';

/** Opens all that decides who may do what. It ends when `signal` aborts. */
export async function openApiAccess(
  { client, dir, oidc, served, log }: ApiAccessOptions,
  signal: AbortSignal,
) {
  await reconcileDefaults(client, signal);
  const clock = systemClock;
  const rbac = { client, clock, log };
  const authorizer = new RbacAuthorizer(rbac);
  const keys = await openServiceAccountKeys(dir, signal);
  const tokens = new ServiceAccountTokens({ keys, issuer, client, clock });
  const bearer = new BearerAuthenticator([
    new TokenFileAuthenticator(new TokenFile(dir), clock),
    tokens,
    ...(oidc ? [new OidcAuthenticator(oidc, clock, httpsFetch(oidc.ca))] : []),
  ]);
  const certificate = new CertificateAuthenticator(clock);
  const socket = new SocketAuthenticator({ name: 'root', groups: [mastersGroup] });
  return {
    // Whoever shows a token is its user, through the socket too.
    authenticator: new UnionAuthenticator([bearer, certificate, socket]),
    socket,
    authorizer,
    /** Rejects unless all roles are known within the time of the signal. */
    check: async (until: AbortSignal): Promise<void> => void (await authorizer.rules(until)),
    access: new AccessServices({ client, authorizer, bearer, tokens, clock, served }),
    ended: Promise.all([authorizer.run(signal), keepAggregatedRules(rbac, signal)]),
  };
}
