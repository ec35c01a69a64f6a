import { posix } from 'node:path';
import { described } from '../schema/described.ts';
import * as v from 'valibot';
import type { HostUse } from './host-use.ts';
import { keyText } from './object-key.ts';

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
const sourceKinds = ['GitSource', 'Sync'];

/** Pure. Tells whether objects of a kind may be declared. */
export const allowsKind = ({ kinds }: AllowSpec, kind: string): boolean =>
  kinds === undefined ? !sourceKinds.includes(kind) : kinds.includes(kind);

/** The facts of the host by which uses are judged. */
export interface JudgedWorld {
  /**
   * Returns where a path leads when all symlinks are followed, or `undefined` if that cannot be determined.
   */
  readonly realPathOf: (path: string) => string | undefined;
  /** Tells whether the source itself declares the object, and nobody else owns it. */
  readonly isOwn: (key: string) => boolean;
}

/** Pure. Returns why a use is not allowed, or `undefined` if it is allowed. */
export function whyNotAllowed(use: HostUse, allow: AllowSpec, world: JudgedWorld): string | undefined {
  switch (use.kind) {
    case 'path':
      return whyNotPath(use, allow, world);
    case 'port':
      return allow.ports.some((range) => isWithin({ first: use.port, last: use.port }, portRange(range)))
        ? undefined
        : refusal(use.field, `port ${use.port}/${use.protocol}`, 'ports');
    case 'network':
      return allow.networks.includes(use.name)
        ? undefined
        : refusal(use.field, `the network ${use.name}`, 'networks');
    case 'service':
      return allow.services.includes(use.name) ? undefined : refusal(use.field, use.name, 'services');
    case 'object': {
      const key = keyText(use.key);
      return allow.objects.includes(key) || world.isOwn(key)
        ? undefined
        : refusal(use.field, `${key}, which does not belong to the source`, 'objects');
    }
    case 'allowance': {
      const wider = widened(use.allow, allow);
      return wider === undefined
        ? undefined
        : refusal(use.field, `more than the Sync itself is allowed to use`, wider);
    }
  }
}

function whyNotPath(
  { path: named, access, field }: Extract<HostUse, { kind: 'path' }>,
  { hostPaths, files }: AllowSpec,
  { realPathOf }: JudgedWorld,
): string | undefined {
  const list = access === 'write' ? 'hostPaths' : 'files';
  const roots = access === 'write' ? hostPaths : [...hostPaths, ...files];
  const isAllowed = (each: string): boolean => roots.some((root) => isBelow(each, root));
  if (!posix.isAbsolute(named) || !isAllowed(named)) return refusal(field, named, list);
  const real = realPathOf(named);
  return real !== undefined && isAllowed(real)
    ? undefined
    : refusal(field, `${named}, which leads elsewhere through a symbolic link`, list);
}

const refusal = (field: string, what: string, list: string): string =>
  `${field}: not allowed by spec.allow.${list} of the Sync: ${what}`;

/**
 * Returns the first list of `given` that allows more than the same list of `own`. The lists
 * `hostPaths` and `files` are judged as paths elsewhere.
 */
function widened(given: AllowSpec, own: AllowSpec): keyof AllowSpec | undefined {
  const isSubset = (list: 'networks' | 'objects' | 'services'): boolean =>
    given[list].every((name) => own[list].includes(name));
  if (own.kinds !== undefined && !given.kinds?.every((kind) => own.kinds!.includes(kind))) return 'kinds';
  if (own.kinds === undefined && given.kinds?.some((kind) => sourceKinds.includes(kind))) return 'kinds';
  if (!given.ports.every((range) => own.ports.some((other) => isWithin(portRange(range), portRange(other)))))
    return 'ports';
  return (['networks', 'objects', 'services'] as const).find((list) => !isSubset(list));
}

interface PortRange {
  readonly first: number;
  readonly last: number;
}

function portRange(text: string): PortRange {
  const [first = 0, last = first] = text.split('-').map(Number);
  return { first, last };
}

const isWithin = (inner: PortRange, outer: PortRange): boolean =>
  outer.first <= inner.first && inner.last <= outer.last;

/** Compares whole names: `/srv/vms-old` is not below `/srv/vms`. */
function isBelow(each: string, root: string): boolean {
  const way = posix.relative(posix.normalize(root), posix.normalize(each));
  return way !== '..' && !way.startsWith('../');
}
