import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Pure. Tells whether the sender of a request knows the secret. GitHub and generic senders sign the body with
 * HMAC-SHA256, Gitea does the same under another header, and GitLab sends the secret itself.
 * @param digest the HMAC-SHA256 of the body with the secret, in hexadecimal
 */
export function isFromSender(headers: IncomingHttpHeaders, digest: string, secret: string): boolean {
  const given = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const signature = given('x-hub-signature-256') ?? given('x-signature-256');
  if (signature !== undefined) return isSame(signature, `sha256=${digest}`);
  const gitea = given('x-gitea-signature');
  if (gitea !== undefined) return isSame(gitea, digest);
  const token = given('x-gitlab-token');
  return token !== undefined && isSame(token, secret);
}

/** Compares two texts in constant time. */
function isSame(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHmac('sha256', 'compare').update(text).digest());
  return timingSafeEqual(left!, right!);
}
