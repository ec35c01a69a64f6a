import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { textOfFile } from '@ignite/toolkit/files/text-of-file';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { keyPem, parsePemPairs, pemPairs } from './pem-pairs.ts';
import {
  authorityMs,
  endOf,
  longestMs,
  needsAuthority,
  signingAuthority,
  validAuthorities,
} from './plan-authorities.ts';
import {
  type CertificateRequest,
  type CertificateSubject,
  type KeyAndCertificate,
  makeCertificate,
} from '@ignite/toolkit/certificates/sign-certificate';

const authorityFile = 'authorities.pem';
const serverFile = 'server.pem';
const authorityName = { name: 'ignite' } as const;
const minuteMs = 60_000;
/** A server certificate is renewed when this much of its time is left. */
const renewalMs = longestMs / 3;

/** A key and its certificate as TLS takes them. */
export interface TlsCredentials {
  readonly key: string;
  readonly cert: string;
  /** The certificates of all valid authorities. */
  readonly ca: string;
}

/**
 * The certificates of a server, in a folder that only its user can read: its own authority, and the
 * certificate that it shows. Several processes may use the folder at once.
 */
export class CertificateFolder {
  readonly #dir: string;
  readonly #clock: Clock;

  constructor(dir: string, clock: Clock) {
    this.#dir = dir;
    this.#clock = clock;
  }

  /**
   * Returns the server certificate, which is made anew before it expires, or for other names.
   * @throws CodedError CERTIFICATES_UNREADABLE
   */
  async serverCredentials(names: readonly string[], signal: AbortSignal): Promise<TlsCredentials> {
    using _lock = await acquireLock(this.#dir, 'certificates', signal);
    const authorities = await this.#authorities();
    const [known] = await this.#pairs(serverFile);
    if (known && this.#isGood(known, names, authorities)) return credentials(known, authorities);
    const made = this.#signed(authorities, {
      subject: { name: names[0] ?? authorityName.name },
      use: { type: 'server', names },
    });
    await this.#write(serverFile, [made]);
    return credentials(made, authorities);
  }

  /**
   * Makes a client certificate, which is not kept.
   * @param ttlMs is cut to a year, which is the longest
   * @throws CodedError CERTIFICATES_UNREADABLE
   */
  async clientCredentials(
    subject: CertificateSubject,
    ttlMs: number,
    signal: AbortSignal,
  ): Promise<TlsCredentials> {
    using _lock = await acquireLock(this.#dir, 'certificates', signal);
    const authorities = await this.#authorities();
    return credentials(this.#signed(authorities, { subject, use: { type: 'client' } }, ttlMs), authorities);
  }

  /**
   * Returns the certificates of all valid authorities.
   * @throws CodedError CERTIFICATES_UNREADABLE
   */
  async authorityCertificates(signal: AbortSignal): Promise<string> {
    using _lock = await acquireLock(this.#dir, 'certificates', signal);
    return certificatesOf(await this.#authorities());
  }

  /** Returns the authorities, the oldest first, after making one if none is left or the last one ends soon. */
  async #authorities(): Promise<readonly KeyAndCertificate[]> {
    const nowMs = this.#clock.now();
    const valid = validAuthorities(await this.#pairs(authorityFile), nowMs);
    if (!needsAuthority(valid, nowMs)) return valid;
    const made = makeCertificate({
      subject: authorityName,
      use: { type: 'authority' },
      ...this.#validity(authorityMs),
    });
    const authorities = [...valid, made];
    await this.#write(authorityFile, authorities);
    return authorities;
  }

  #signed(
    authorities: readonly KeyAndCertificate[],
    request: Pick<CertificateRequest, 'subject' | 'use'>,
    ttlMs = longestMs,
  ): KeyAndCertificate {
    const signer = signingAuthority(authorities, this.#clock.now())!;
    return makeCertificate({ ...request, ...this.#validity(Math.min(ttlMs, longestMs)) }, signer);
  }

  /** Clocks of other hosts may be a little behind. */
  #validity(ttlMs: number): Pick<CertificateRequest, 'notBefore' | 'notAfter'> {
    const nowMs = this.#clock.now();
    return { notBefore: new Date(nowMs - minuteMs), notAfter: new Date(nowMs + ttlMs) };
  }

  #isGood(
    { certificate }: KeyAndCertificate,
    names: readonly string[],
    authorities: readonly KeyAndCertificate[],
  ): boolean {
    const shown = new X509Certificate(certificate);
    const isSigned = authorities.some((each) =>
      shown.verify(new X509Certificate(each.certificate).publicKey),
    );
    return isSigned && isFor(shown, names) && endOf(certificate) > this.#clock.now() + renewalMs;
  }

  async #pairs(name: string): Promise<readonly KeyAndCertificate[]> {
    const path = join(this.#dir, name);
    const text = await textOfFile(path);
    return text === undefined ? [] : parsePemPairs(text, path);
  }

  async #write(name: string, pairs: readonly KeyAndCertificate[]): Promise<void> {
    await replaceFile(join(this.#dir, name), pemPairs(pairs), 0o600);
  }
}

/** Tells whether a certificate is for all these names and addresses. */
const isFor = (certificate: X509Certificate, names: readonly string[]): boolean =>
  names.every(
    (name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined,
  );

const credentials = (pair: KeyAndCertificate, authorities: readonly KeyAndCertificate[]): TlsCredentials => ({
  key: keyPem(pair),
  cert: pair.certificate,
  ca: certificatesOf(authorities),
});

const certificatesOf = (authorities: readonly KeyAndCertificate[]): string =>
  authorities.map(({ certificate }) => certificate).join('');
