import { sourceFrom } from '@ignite/api/v1/source-path';
import type { Invocation } from '../arguments/command.ts';
import { isForOtherHost } from '../context.ts';

export interface NamesSources {
  readonly image?: { readonly oci?: string | undefined } | undefined;
  readonly kernel?: { readonly oci?: string | undefined } | undefined;
}

/**
 * Returns a source that may be named by a path from `dir` so that it is found from anywhere. The paths of another host
 * have nothing to do with a folder of this one, and stay as they are.
 */
export const foundSource = (
  source: string,
  dir: string,
  invocation: Pick<Invocation, 'flags' | 'io'>,
): string => (isForOtherHost(invocation) ? source : sourceFrom(dir, source));

/** Returns the spec of a VM with its sources named in this way. */
export function withFoundSources<T extends NamesSources>(
  spec: T,
  dir: string,
  invocation: Pick<Invocation, 'flags' | 'io'>,
): T {
  const { image, kernel } = spec;
  return {
    ...spec,
    ...(image?.oci !== undefined && { image: { ...image, oci: foundSource(image.oci, dir, invocation) } }),
    ...(kernel?.oci !== undefined && {
      kernel: { ...kernel, oci: foundSource(kernel.oci, dir, invocation) },
    }),
  };
}
