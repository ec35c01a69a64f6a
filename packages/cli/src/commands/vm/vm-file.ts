import { dirname } from 'node:path';
import type { VmFile } from '@ignite/api/vm-file';
import type { Invocation } from '../../arguments/command.ts';
import { assertNamespace } from '../../arguments/namespace.ts';
import { withFoundSources } from '../../files/found-sources.ts';
import { readInputFile } from '../../files/input-file.ts';

/**
 * What the file of `--config` says of a VM. If it names no namespace, the VM is in the one that was asked for.
 * @throws CodedError USAGE_INVALID, MANIFEST_INVALID
 */
export async function readVmFile(
  path: string,
  invocation: Pick<Invocation, 'flags' | 'namespace' | 'io'>,
): Promise<VmFile> {
  const { flags, namespace: asked } = invocation;
  const [{ decodeVmFile }, { vmFileVersions }] = await Promise.all([
    import('@ignite/api/vm-file'), // it brings YAML
    import('@ignite/legacy/vm-file-versions'),
  ]);
  const { namespace = asked, ...file } = decodeVmFile(
    await readInputFile('--config', path),
    path,
    vmFileVersions,
  );
  if (namespace !== undefined) assertNamespace(namespace, flags);
  return {
    ...file,
    ...(namespace !== undefined && { namespace }),
    spec: withFoundSources(file.spec, dirname(path), invocation),
  };
}
