import { type X509Certificate, constants } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import type { Clock } from '@ignite/toolkit/clock/clock';
import type { Authenticator } from '../request/access.ts';
import { type ApiRequest, connectionOf } from '../request/exchange.ts';
import type { UserInfo } from '../request/user-info.ts';
import { unauthorized } from './unauthorized.ts';

/**
 * The options of a TLS server whose clients may show a certificate. Whether it is good is for the authenticator to say,
 * to each request. Node tells what came of the first handshake, so no client may show another certificate later.
 */
export const clientCertificates = {
  requestCert: true,
  rejectUnauthorized: false,
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
};

/** How many certificates are remembered at most. */
const mostKnown = 100;

/**
 * Knows users by their client certificates: the common name is the user, and the organizations are the groups.
 * TLS has checked that the certificate is of our authority and its key with the client.
 */
export class CertificateAuthenticator implements Authenticator {
  readonly #clock: Clock;
  /** The certificates of connections, which are read once for all requests of a connection. */
  readonly #shown = new WeakMap<object, ShownCertificate>();

  /** What certificates say, by their fingerprints, since a client has many connections. */
  readonly #known = new Map<string, ShownCertificate>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async authenticate(request: ApiRequest): Promise<UserInfo | undefined> {
    const { socket } = request;
    if (!(socket instanceof TLSSocket)) return undefined;
    const certificate = this.#certificateOf(socket, connectionOf(request));
    if (!certificate) return undefined;
    if (!socket.authorized)
      throw unauthorized('the client certificate is not valid', socket.authorizationError);
    // A connection may stay open for longer than the certificate is valid.
    if (!isCurrent(certificate, this.#clock.now())) throw unauthorized('the client certificate has expired');
    if (!certificate.user) throw unauthorized('the client certificate names no user');
    return certificate.user;
  }

  #certificateOf(socket: TLSSocket, connection: object): ShownCertificate | undefined {
    const known = this.#shown.get(connection);
    if (known) return known;
    const certificate = socket.getPeerX509Certificate();
    if (!certificate) return undefined;
    const shown = this.#read(certificate);
    this.#shown.set(connection, shown);
    return shown;
  }

  #read(certificate: X509Certificate): ShownCertificate {
    const { fingerprint256 } = certificate;
    const known = this.#known.get(fingerprint256);
    if (known) return known;
    const { validFromDate, validToDate } = certificate;
    const [fromMs, toMs] = [validFromDate.getTime(), validToDate.getTime()];
    const shown = { fromMs, toMs, user: userOf(certificate) };
    if (this.#known.size === mostKnown) this.#known.clear();
    this.#known.set(fingerprint256, shown);
    return shown;
  }
}

/** What a certificate says of whoever shows it. */
interface ShownCertificate {
  readonly fromMs: number;
  readonly toMs: number;
  readonly user: UserInfo | undefined;
}

const isCurrent = ({ fromMs, toMs }: ShownCertificate, nowMs: number): boolean =>
  fromMs <= nowMs && nowMs <= toMs;

/** Pure. Returns the user whom a certificate names, if it names one. */
function userOf(certificate: X509Certificate): UserInfo | undefined {
  const { CN: name, O: groups } = certificate.toLegacyObject().subject as Subject;
  if (typeof name !== 'string' || name === '') return undefined;
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
