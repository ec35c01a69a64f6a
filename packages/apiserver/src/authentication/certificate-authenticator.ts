import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Clock } from '@ignite/toolkit/clock/clock';
import type { Authenticator } from '../request/access.ts';
import type { UserInfo } from '../request/user-info.ts';
import { unauthorized } from './unauthorized.ts';

/**
 * Knows users by their client certificates: the common name is the user, and the organizations are the groups.
 * TLS has checked that the certificate is of our authority and its key with the client.
 */
export class CertificateAuthenticator implements Authenticator {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async authenticate({ socket }: IncomingMessage): Promise<UserInfo | undefined> {
    if (!(socket instanceof TLSSocket)) return undefined;
    const certificate = socket.getPeerX509Certificate();
    if (!certificate) return undefined;
    if (!socket.authorized)
      throw unauthorized('the client certificate is not valid', socket.authorizationError);
    // A connection may stay open for longer than the certificate is valid.
    if (!isCurrent(certificate, this.#clock.now())) throw unauthorized('the client certificate has expired');
    return userOf(certificate);
  }
}

const isCurrent = ({ validFromDate, validToDate }: X509Certificate, nowMs: number): boolean =>
  validFromDate.getTime() <= nowMs && nowMs <= validToDate.getTime();

/** Pure. @throws ObjectError UNAUTHORIZED */
function userOf(certificate: X509Certificate): UserInfo {
  const { CN: name, O: groups } = certificate.toLegacyObject().subject as Subject;
  if (typeof name !== 'string' || name === '') throw unauthorized('the client certificate names no user');
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  return {
    name,
    groups: groups === undefined ? [] : [groups].flat(),
    extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
  };
}

/** What a certificate says of its subject. A part that occurs several times is a list. */
interface Subject {
  readonly CN?: string | readonly string[];
  readonly O?: string | string[];
}
