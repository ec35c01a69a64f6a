import { type IgnitedValues, ignitedSettings } from '@ignite/api/ignited/ignited-settings';
import { optionInvalid } from './errors.ts';

/** Who is known to the API besides, and what is recorded of requests, as the command line says. */
export interface TrustOptions {
  /** The file with the rules of what is recorded; without it, the usual ones hold. */
  readonly auditPolicyFile?: string | undefined;
  readonly isAudited: boolean;
  /** The identity provider whose users are known, if there is one. */
  readonly oidc?: OidcProvider | undefined;
}

export interface OidcProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly usernameClaim: string;
  readonly usernamePrefix: string;
  readonly groupsClaim?: string | undefined;
  readonly groupsPrefix: string;
  /** The file with the authorities that the provider's certificate may be of; without it, those of the system. */
  readonly caFile?: string | undefined;
}

/** Pure. @throws CodedError USAGE_INVALID */
export function trustOptions(values: IgnitedValues): TrustOptions {
  const auditPolicyFile = values['api-audit-policy'];
  const isAudited = !values['no-api-audit'];
  if (auditPolicyFile !== undefined && !isAudited)
    throw optionInvalid('--api-audit-policy and --no-api-audit exclude each other', 'leave one of them out');
  return { auditPolicyFile, isAudited, oidc: oidcProvider(values) };
}

function oidcProvider(values: IgnitedValues): OidcProvider | undefined {
  const { 'oidc-issuer': issuer, 'oidc-client-id': clientId } = values;
  if (issuer === undefined) {
    const other = Object.keys(values).find((flag) => flag.startsWith('oidc-'));
    if (other === undefined) return undefined;
    throw optionInvalid(`--${other} requires --oidc-issuer`, 'add --oidc-issuer, the URL of the provider');
  }
  if (clientId === undefined)
    throw optionInvalid(
      '--oidc-issuer requires --oidc-client-id',
      'add the client ID that tokens for this server name as their audience',
    );
  if (!URL.canParse(issuer) || new URL(issuer).protocol !== 'https:')
    throw optionInvalid(
      `--oidc-issuer ${JSON.stringify(issuer)}: not a URL that begins with https://`,
      'use the URL that the tokens of the provider name as their issuer',
    );
  return {
    issuer,
    clientId,
    usernameClaim: values['oidc-username-claim'] ?? ignitedSettings['oidc-username-claim'].default,
    usernamePrefix: values['oidc-username-prefix'] ?? ignitedSettings['oidc-username-prefix'].default,
    groupsClaim: values['oidc-groups-claim'],
    groupsPrefix: values['oidc-groups-prefix'] ?? ignitedSettings['oidc-groups-prefix'].default,
    caFile: values['oidc-ca-file'],
  };
}
