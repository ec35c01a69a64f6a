import type { Arch } from '@ignite/api/v1/arch';
import { hostArch } from '../host/arch.ts';

/** What was imported of `ref` for `arch`, under a name of its own. */
export interface Imported {
  readonly name: string;
  readonly ref?: string;
  readonly arch: string;
}

/** Pure. What is here of `ref` for `arch`. */
export const findImported = <T extends Imported>(ref: string, arch: Arch, all: readonly T[]): T | undefined =>
  all.find((each) => each.ref === ref && each.arch === arch);

/**
 * Pure. The name under which `ref` is kept for `arch`: its own for this host's architecture, `REF@ARCH` for the other, so
 * that one does not take the place of the other.
 */
export function importName(ref: string, arch: Arch, all: readonly Imported[]): string {
  const known = findImported(ref, arch, all);
  if (known) return known.name;
  const holder = all.find(({ name }) => name === ref)?.arch ?? hostArch;
  return holder === arch ? ref : `${ref}@${arch}`;
}
