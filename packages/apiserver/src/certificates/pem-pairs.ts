import { X509Certificate, createPrivateKey } from 'node:crypto';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { KeyAndCertificate } from '@ignite/toolkit/certificates/sign-certificate';

export type CertificateErrorCode = 'CERTIFICATES_UNREADABLE';

/** Keys and certificates are kept in pairs in one file, so that none is ever without the other. */
export const pemPairs = (pairs: readonly KeyAndCertificate[]): string =>
  pairs.map((pair) => `${keyPem(pair)}${pair.certificate}`).join('');

export const keyPem = ({ privateKey }: KeyAndCertificate): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

const block = /-----BEGIN (?<label>[A-Z ]+)-----[^-]+-----END \k<label>-----\n?/g;

/**
 * Pure. Reads such a file.
 * @throws CodedError CERTIFICATES_UNREADABLE
 */
export function parsePemPairs(text: string, path: string): readonly KeyAndCertificate[] {
  const blocks = [...text.matchAll(block)].map(([whole]) => whole);
  try {
    if (blocks.length === 0 || blocks.length % 2 !== 0 || blocks.join('') !== text)
      throw new Error('there is something else in it');
    return Array.from({ length: blocks.length / 2 }, (_, at) => pairOf(blocks[2 * at]!, blocks[2 * at + 1]!));
  } catch (cause) {
    throw new CodedError<CertificateErrorCode>(
      'CERTIFICATES_UNREADABLE',
      `${path} does not hold keys, each with its certificate`,
      {
        hint: 'restore the file, or remove it: then a new one is made, and clients need new credentials',
        cause,
      },
    );
  }
}

function pairOf(key: string, certificate: string): KeyAndCertificate {
  const privateKey = createPrivateKey(key);
  if (!new X509Certificate(certificate).checkPrivateKey(privateKey))
    throw new Error('the certificate is of another key');
  return { privateKey, certificate };
}
