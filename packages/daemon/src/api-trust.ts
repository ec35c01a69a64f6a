import { readFile } from 'node:fs/promises';
import { type AuditPolicy, defaultPolicy } from '@ignite/apiserver/audit/audit-policy';
import type { OidcOptions } from '@ignite/apiserver/authentication/oidc-authenticator';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { readAuditPolicy } from './audit-policy-file.ts';
import { optionInvalid } from './errors.ts';
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

/** Reads the files that the options name. @throws CodedError USAGE_INVALID, AUDIT_POLICY_INVALID */
export async function readApiTrust({ isAudited, auditPolicyFile, oidc }: TrustOptions): Promise<ApiTrust> {
  return {
    ...(isAudited && {
      auditPolicy: auditPolicyFile === undefined ? defaultPolicy : await readAuditPolicy(auditPolicyFile),
    }),
    ...(oidc && { oidc: await oidcTrust(oidc) }),
  };
}

async function oidcTrust({ caFile, ...options }: OidcProvider): Promise<OidcTrust> {
  if (caFile === undefined) return options;
  try {
    return { ...options, ca: await readFile(caFile, 'utf8') };
  } catch (failure) {
    throw optionInvalid(`--oidc-ca-file ${caFile}: ${errorText(failure)}`, 'use a file that you can read');
  }
}
