const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** RFC 1123, section 2.1: what may be a host name without dots. */
export function isDnsLabel(name: string): boolean {
  return label.test(name);
}
