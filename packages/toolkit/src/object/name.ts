const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Tells whether a name may be a host name without dots (RFC 1123, section 2.1). */
export function isDnsLabel(name: string): boolean {
  return label.test(name);
}

/** Tells whether a name may be a segment of a path, so that it means nothing but itself there. */
export const isPathSegment = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !/[/%]/.test(name);
