import { randomBytes } from 'node:crypto';

/** 16 lower-case hex digits, as the original Ignite made them: 64 random bits. */
export function newUid(): string {
  return randomBytes(8).toString('hex');
}
