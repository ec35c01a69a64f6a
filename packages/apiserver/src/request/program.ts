/** The most characters of the name of a program, as in Kubernetes. */
const longestName = 128;

/** Pure. Returns the name of a program: the first part of its user agent, such as `kubectl` of `kubectl/v1.35.4`. */
export const programOf = (userAgent = ''): string =>
  userAgent
    .split('/', 1)[0]!
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '')
    .slice(0, longestName) || 'unknown';
