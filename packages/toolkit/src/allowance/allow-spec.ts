import { described } from '../schema/described.ts';
import * as v from 'valibot';

const path = v.pipe(v.string(), v.regex(/^\//, 'must be an absolute path'));
const names = v.optional(v.array(v.pipe(v.string(), v.nonEmpty())), []);

const isPortRange = (text: string): boolean => {
  const { first, last } = portRange(text);
  return first >= 1 && first <= last && last <= 65_535;
};
const portRanges = v.array(
  v.pipe(
    v.string(),
    v.regex(/^\d{1,5}(-\d{1,5})?$/, 'must be a port or FIRST-LAST'),
    v.check(isPortRange, 'must be ports from 1 to 65535'),
  ),
);

/**
 * What the objects of a source may be, and which resources of the host they may use. The author of the source
 * is trusted with no more.
 */
export const allowSchema = v.strictObject({
  kinds: described(
    'Kinds that may be declared; by default all kinds except GitSource and Sync.',
    v.optional(v.array(v.pipe(v.string(), v.nonEmpty()))),
  ),
  hostPaths: described(
    'Directories, files and devices of the host that may be read and written, including everything below them; without symbolic links.',
    v.optional(v.array(path), []),
  ),
  files: described(
    'Directories and files of the host that may only be read, such as files to copy, keys, secrets and archives.',
    v.optional(v.array(path), []),
  ),
  networks: described('Networks of the host that may be used, in addition to the default one.', names),
  ports: described(
    'Host ports that may be published: single ports, or ranges as FIRST-LAST.',
    v.optional(portRanges, ['1024-65535']),
  ),
  objects: described(
    'Objects that may be used, such as `Volume/db`, in addition to those that the source itself declares.',
    names,
  ),
  services: described('Services of the host that may be used, such as `docker`.', names),
});
export type AllowSpec = v.InferOutput<typeof allowSchema>;

/** The kinds by which a source could name other sources. They are allowed only if they are listed. */
export const sourceKinds = ['GitSource', 'Sync'];

/** Pure. Tells whether objects of a kind may be declared. */
export const allowsKind = ({ kinds }: AllowSpec, kind: string): boolean =>
  kinds === undefined ? !sourceKinds.includes(kind) : kinds.includes(kind);

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export function portRange(text: string): PortRange {
  const [first = 0, last = first] = text.split('-').map(Number);
  return { first, last };
}
