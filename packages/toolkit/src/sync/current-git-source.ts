import type { KubeObject } from '../object/kube-object.ts';

/** Pure. Returns the spec of a GitSource in the form of today. The files of `verify` were once called `keys`. */
export function currentGitSourceSpec(written: unknown): unknown {
  const { verify } = (written ?? {}) as { readonly verify?: Readonly<Record<string, unknown>> | null };
  if (!Array.isArray(verify?.['keys'])) return written;
  const { keys: keyFiles, ...others } = verify;
  return { ...(written as object), verify: { keyFiles, ...others } };
}

/** Pure. Returns a stored GitSource in the form of today, or the same GitSource if it is. */
export function currentGitSource(stored: KubeObject): KubeObject {
  const spec = currentGitSourceSpec(stored.spec);
  return spec === stored.spec ? stored : { ...stored, spec };
}
