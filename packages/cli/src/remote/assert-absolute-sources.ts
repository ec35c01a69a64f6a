import { notRemote } from '@ignite/api/remote/not-remote';
import { isRelativeSource } from '@ignite/api/v1/source-path';
import type { NamesSources } from '../files/found-sources.ts';

/**
 * Checks that the archives that a VM of another host names are found there, where no folder of this one is.
 * @throws CodedError NOT_REMOTE
 */
export function assertAbsoluteSources({ image, kernel }: NamesSources): void {
  for (const source of [image?.oci, kernel?.oci])
    if (source !== undefined && isRelativeSource(source))
      throw notRemote(
        `the relative path ${source}`,
        'name the file by its absolute path on that host, or "ignite image load" an archive of this one and name its image',
      );
}
