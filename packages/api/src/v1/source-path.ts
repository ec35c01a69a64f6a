import { isAbsolute, resolve } from 'node:path';

/**
 * Pure. Makes a source independent of the current folder: the path of an archive or layout, relative to
 * `dir`, becomes absolute.
 */
export function sourceFrom(dir: string, text: string): string {
  const [, transport, path, name = ''] = pathSource(text) ?? [];
  return transport === undefined || path === undefined ? text : `${transport}:${resolve(dir, path)}${name}`;
}

/** Pure. Tells whether the meaning of a source depends on the current folder. */
export const isRelativeSource = (text: string): boolean => !isAbsolute(pathSource(text)?.[2] ?? '/');

/**
 * Splits a source that is a file or folder of this host into the transport, the path, and the name with its
 * colon.
 */
const pathSource = (text: string): RegExpExecArray | undefined =>
  /^oci:[\w.-]+$/.test(text)
    ? undefined
    : (/^(oci|oci-archive|docker-archive):([^:]+)(:.*)?$/.exec(text) ?? undefined);
