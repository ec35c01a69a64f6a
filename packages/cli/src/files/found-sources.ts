import { sourceFrom } from '@ignite/api/v1/source-path';

interface NamesSources {
  readonly image?: { readonly oci?: string | undefined } | undefined;
  readonly kernel?: { readonly oci?: string | undefined } | undefined;
}

/** Pure. The spec of a VM with the archives that it names by paths from `dir` named so that they are found from anywhere. */
export function withFoundSources<T extends NamesSources>(spec: T, dir: string): T {
  const { image, kernel } = spec;
  return {
    ...spec,
    ...(image?.oci !== undefined && { image: { ...image, oci: sourceFrom(dir, image.oci) } }),
    ...(kernel?.oci !== undefined && { kernel: { ...kernel, oci: sourceFrom(dir, kernel.oci) } }),
  };
}
