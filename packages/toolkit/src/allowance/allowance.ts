import { posix } from 'node:path';
import type { HostUse } from './host-use.ts';
import { keyText } from '../object/object-key.ts';
import { type AllowSpec, type PortRange, portRange, sourceKinds } from './allow-spec.ts';

/** The facts of the host by which uses are judged. */
export interface JudgedWorld {
  /** Returns what a refusal calls a list of what is allowed; by default that of a Sync. */
  readonly policyOf?: (list: string) => string;
  /**
   * Returns where a path leads when all symlinks are followed, or `undefined` if that cannot be determined.
   */
  readonly realPathOf: (path: string) => string | undefined;
  /** Tells whether the source itself declares the object, and nobody else owns it. */
  readonly isOwn: (key: string) => boolean;
  /** Tells whether the object is there, and was not made by the controller of another one. */
  readonly isBrought: (key: string) => boolean;
}

/** Pure. Returns why a use is not allowed, or `undefined` if it is allowed. */
export function whyNotAllowed(use: HostUse, allow: AllowSpec, world: JudgedWorld): string | undefined {
  switch (use.kind) {
    case 'path':
      return whyNotPath(use, allow, world);
    case 'port':
      return allow.ports.some((range) => isWithin({ first: use.port, last: use.port }, portRange(range)))
        ? undefined
        : refusal(world, use.field, `port ${use.port}/${use.protocol}`, 'ports');
    case 'network':
      return allow.networks.includes(use.name)
        ? undefined
        : refusal(world, use.field, `the network ${use.name}`, 'networks');
    case 'service':
      return allow.services.includes(use.name) ? undefined : refusal(world, use.field, use.name, 'services');
    case 'object': {
      const key = keyText(use.key);
      const isMadeForOwn =
        use.madeFor !== undefined && world.isOwn(keyText(use.madeFor)) && !world.isBrought(key);
      return allow.objects.includes(key) || world.isOwn(key) || isMadeForOwn
        ? undefined
        : refusal(world, use.field, `${key}, which does not belong to the source`, 'objects');
    }
    case 'allowance': {
      const wider = widened(use.allow, allow);
      return wider === undefined
        ? undefined
        : refusal(world, use.field, `more than the Sync itself is allowed to use`, wider);
    }
  }
}

function whyNotPath(
  { path: named, access, field }: Extract<HostUse, { kind: 'path' }>,
  { hostPaths, files }: AllowSpec,
  world: JudgedWorld,
): string | undefined {
  const list = access === 'write' ? 'hostPaths' : 'files';
  const roots = access === 'write' ? hostPaths : [...hostPaths, ...files];
  const isAllowed = (each: string): boolean => roots.some((root) => isBelow(each, root));
  if (!posix.isAbsolute(named) || !isAllowed(named)) return refusal(world, field, named, list);
  const real = world.realPathOf(named);
  return real !== undefined && isAllowed(real)
    ? undefined
    : refusal(world, field, `${named}, which leads elsewhere through a symbolic link`, list);
}

const refusal = (
  { policyOf = (list) => `spec.allow.${list} of the Sync` }: JudgedWorld,
  field: string,
  what: string,
  list: string,
): string => `${field}: not allowed by ${policyOf(list)}: ${what}`;

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

const isWithin = (inner: PortRange, outer: PortRange): boolean =>
  outer.first <= inner.first && inner.last <= outer.last;

/** Compares whole names: `/srv/vms-old` is not below `/srv/vms`. */
function isBelow(each: string, root: string): boolean {
  const way = posix.relative(posix.normalize(root), posix.normalize(each));
  return way !== '..' && !way.startsWith('../');
}
