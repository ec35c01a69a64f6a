import { readFile } from 'node:fs/promises';
import { scheme } from '@ignite/api/scheme';
import type { VmSpec } from '@ignite/api/v1/vm';
import { decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { usageError } from '../arguments/usage-error.ts';

export interface VmManifest extends Manifest {
  readonly spec: VmSpec;
}

/**
 * The one VM that the manifest in `path` declares.
 * @throws CodedError USAGE_INVALID, MANIFEST_INVALID
 */
export async function readVmManifest(path: string): Promise<VmManifest> {
  const manifests = decodeManifests(await readText(path), path, scheme);
  const [manifest, ...more] = manifests;
  if (manifest?.kind !== 'VM' || more.length > 0) {
    throw usageError(
      `--config ${path}: it declares not one VM alone`,
      'give a manifest with one object of kind VM',
    );
  }
  return manifest as VmManifest; // the scheme's schema of the kind has made it so
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (failure) {
    throw usageError(`--config ${path}: ${errorText(failure)}`, 'name a manifest that can be read');
  }
}
