import { randomBytes } from 'node:crypto';

/** Returns 64 random bits as 16 lower-case hex digits, as the original Ignite did. */
export function newUid(): string {
  return randomBytes(8).toString('hex');
}
