import { dirname } from 'node:path';
import type { VmFile } from '@ignite/api/vm-file';
import { withFoundSources } from '../../files/found-sources.ts';
import { readInputFile } from '../../files/input-file.ts';

/**
 * What the file of `--config` says of a VM.
 * @throws CodedError USAGE_INVALID, MANIFEST_INVALID
 */
export async function readVmFile(path: string): Promise<VmFile> {
  const [{ decodeVmFile }, { vmFileVersions }] = await Promise.all([
    import('@ignite/api/vm-file'), // it brings YAML
    import('@ignite/legacy/vm-file-versions'),
  ]);
  const file = decodeVmFile(await readInputFile('--config', path), path, vmFileVersions);
  return { ...file, spec: withFoundSources(file.spec, dirname(path)) };
}
