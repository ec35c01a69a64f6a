import { X509Certificate } from 'node:crypto';

const dayMs = 24 * 60 * 60 * 1_000;

/** How long an authority is valid. */
export const authorityMs = 10 * 365 * dayMs;
/** The longest time for which a certificate is made. It ends before its authority does. */
export const longestMs = 365 * dayMs;
/**
 * How long before the end of the last authority a new one is made. Until the old one is too near its end to
 * sign, all clients that renew their credentials come to know the new one.
 */
const overlapMs = 2 * longestMs;

/** Pure. Returns the authorities that are still valid. */
export const validAuthorities = <T extends { readonly certificate: string }>(
  authorities: readonly T[],
  nowMs: number,
): readonly T[] => authorities.filter(({ certificate }) => endOf(certificate) > nowMs);

/** Pure. Tells whether a new authority is due. */
export const needsAuthority = (
  authorities: readonly { readonly certificate: string }[],
  nowMs: number,
): boolean => authorities.every(({ certificate }) => endOf(certificate) < nowMs + overlapMs);

/** Pure. Returns the authority that signs: the oldest one that outlives what it signs. All clients know it. */
export const signingAuthority = <T extends { readonly certificate: string }>(
  authorities: readonly T[],
  nowMs: number,
): T | undefined => authorities.find(({ certificate }) => endOf(certificate) > nowMs + longestMs);

export const endOf = (certificate: string): number => new X509Certificate(certificate).validToDate.getTime();
