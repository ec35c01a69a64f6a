import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import * as v from 'valibot';
import type { UserInfo } from '../../request/user-info.ts';

/** A token as it is kept: what can be done with it, and not what it is. */
const storedTokenSchema = v.strictObject({
  name: v.string(),
  /** The SHA-256 of the token in hexadecimal digits. The token has too much chance in it to be guessed from that. */
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  user: v.pipe(v.string(), v.nonEmpty()),
  groups: v.array(v.string()),
  createdAt: v.pipe(v.string(), v.isoTimestamp()),
  /** The time from which on the token is refused; a token without it never expires. */
  expiresAt: v.optional(v.pipe(v.string(), v.isoTimestamp())),
});
export type StoredToken = Readonly<v.InferOutput<typeof storedTokenSchema>>;

/** The file of tokens. */
export const tokenFileSchema = v.strictObject({ version: v.literal(1), tokens: v.array(storedTokenSchema) });

/** The beginning tells people and scanners of secrets what the text is. */
const prefix = 'ignite_';
const randomLength = 32;

export interface NewToken {
  readonly name: string;
  readonly user: string;
  readonly groups: readonly string[];
  readonly createdAtMs: number;
  /** Without it, the token never expires. */
  readonly ttlMs?: number | undefined;
}

/** Makes a token. The text is shown once, and only its hash is kept. */
export function makeToken(wanted: NewToken): { readonly text: string; readonly stored: StoredToken } {
  const { name, user, groups, createdAtMs, ttlMs } = wanted;
  const text = `${prefix}${randomBytes(randomLength).toString('base64url')}`;
  const stored = {
    name,
    sha256: hashOf(text).toString('hex'),
    user,
    groups: [...groups],
    createdAt: timeText(createdAtMs),
    ...(ttlMs !== undefined && { expiresAt: timeText(createdAtMs + ttlMs) }),
  };
  return { text, stored };
}

const timeText = (ms: number): string => new Date(ms).toISOString();
const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Pure. Tells whether a text has the form of these tokens. */
export const looksLikeToken = (text: string): boolean => text.startsWith(prefix);

/** Pure. Finds a token in a time that does not depend on which one it is, or on how much of it is right. */
export function findToken(text: string, tokens: readonly StoredToken[]): StoredToken | undefined {
  const hash = hashOf(text);
  const fitting = tokens.filter(({ sha256 }) => timingSafeEqual(Buffer.from(sha256, 'hex'), hash));
  return fitting[0];
}

/** Pure. Tells whether the time of a token is over. */
export const hasExpired = ({ expiresAt }: StoredToken, nowMs: number): boolean =>
  expiresAt !== undefined && Date.parse(expiresAt) <= nowMs;

export const userOfStored = ({ user, groups }: StoredToken): UserInfo => ({ name: user, groups });
