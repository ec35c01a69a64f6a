import type { Arch } from '@ignite/api/v1/arch';
import { hostArch } from '../host/arch.ts';

/** An image or kernel that was imported from `ref` for `arch`, and has a name of its own. */
export interface Imported {
  readonly name: string;
  readonly ref?: string;
  readonly arch: string;
}

/** Pure. Finds what was imported from `ref` for `arch`. */
export const findImported = <T extends Imported>(ref: string, arch: Arch, all: readonly T[]): T | undefined =>
  all.find((each) => each.ref === ref && each.arch === arch);

/**
 * Pure. Returns the name under which `ref` is stored for `arch`:
 * `ref` itself for this host's architecture and `REF@ARCH` for the other, so that neither replaces the other.
 */
export function importName(ref: string, arch: Arch, all: readonly Imported[]): string {
  const known = findImported(ref, arch, all);
  if (known) return known.name;
  const holder = all.find(({ name }) => name === ref)?.arch ?? hostArch;
  return holder === arch ? ref : `${ref}@${arch}`;
}
