import { type AuditPolicy, auditPolicySchema, defaultPolicy } from '@ignite/apiserver/audit/audit-policy';
import type { OidcOptions } from '@ignite/apiserver/authentication/oidc-authenticator';
import { readDocument } from '@ignite/toolkit/codec/read-document';
import { readNamedFile } from './named-file.ts';
import type { OidcProvider, TrustOptions } from './trust-options.ts';

/** Who is known to the API besides, and what is recorded of requests. */
export interface ApiTrust {
  readonly auditPolicy?: AuditPolicy | undefined;
  readonly oidc?: OidcTrust | undefined;
}

export interface OidcTrust extends OidcOptions {
  /** The authorities that the provider's certificate may be of; without them, those of the system. */
  readonly ca?: string | undefined;
}

/** Reads the files that the options name. @throws CodedError USAGE_INVALID, MANIFEST_INVALID */
export async function readApiTrust({ isAudited, auditPolicyFile, oidc }: TrustOptions): Promise<ApiTrust> {
  return {
    ...(isAudited && {
      auditPolicy: auditPolicyFile === undefined ? defaultPolicy : await auditPolicyIn(auditPolicyFile),
    }),
    ...(oidc && { oidc: await oidcTrust(oidc) }),
  };
}

const auditPolicyIn = async (file: string): Promise<AuditPolicy> =>
  readDocument(await readNamedFile('api-audit-policy', file), file, auditPolicySchema);

const oidcTrust = async ({ caFile, ...options }: OidcProvider): Promise<OidcTrust> =>
  caFile === undefined ? options : { ...options, ca: await readNamedFile('oidc-ca-file', caFile) };
