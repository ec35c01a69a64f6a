import { randomInt } from 'node:crypto';

/** Kubernetes' letters for generated names, which spell no words and are not mistaken for one another. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;
const longestBase = 58;

/** Pure. Returns a name that begins as wanted. */
export const generatedName = (base: string, suffix: string): string =>
  `${base.slice(0, longestBase)}${suffix}`;

export const randomSuffix = (): string =>
  Array.from({ length: suffixLength }, () => alphabet[randomInt(alphabet.length)]).join('');
