import { join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { hostArch } from '../host/arch.ts';
import type { BringDeps } from './bring-image.ts';
import { unpackingBound } from './bring-bounds.ts';
import { declaredSize } from './declared-size.ts';
import { assertDiskTakes } from './disk-space.ts';
import { referenceInvalid } from './errors.ts';
import { longestJson, readBlob } from './image-config.ts';
import { watchGrowth } from './layout-growth.ts';
import { openRegistryAccess } from './registry-access.ts';
import { pullImage, readManifest } from './skopeo.ts';
import { parseSource } from './source.ts';

/** An artifact in a layout of its own, whose digests were verified. */
export interface BroughtArtifact {
  readonly layout: string;
  /** The digest of its manifest. */
  readonly digest: string;
  readonly manifest: unknown;
}

export interface ArtifactRequest {
  /** An empty folder for the layout and for temporary files. */
  readonly dir: string;
  readonly registryConfigDir?: string;
  /** Of the folder with credentials, one of which there is at a time under a lock that the caller holds. */
  readonly authPrefix: string;
  /** Looks at the manifest before anything else is fetched, and throws if it is not one of those that are wanted. */
  readonly assertWanted: (manifest: unknown) => void;
}

/**
 * Fetches an artifact from a registry. The signature policy of images holds for it too.
 * @throws CodedError REFERENCE_INVALID, DISK_FULL
 */
export async function bringArtifact(
  reference: string,
  { dir, registryConfigDir, authPrefix, assertWanted }: ArtifactRequest,
  deps: BringDeps,
  op: ClientOperation,
): Promise<BroughtArtifact> {
  const source = parseSource(reference);
  if (source.transport !== 'docker' || source.registry === undefined) throw referenceInvalid(reference);
  const { paths, runner } = deps;
  const what = `Pulling ${source.name}`;
  op.report({ kind: 'step', message: what });
  const asked = {
    registry: source.registry,
    prefix: authPrefix,
    ...(registryConfigDir !== undefined && { registryConfigDir }),
  };
  await using access = await openRegistryAccess(asked, deps, op);
  const manifest = await readManifest({ source, access }, runner, op.signal);
  assertWanted(manifest);
  const { total, largest } = declaredSize(manifest) ?? { total: bytes(0), largest: bytes(0) };
  await assertDiskTakes(total, paths, `import "${source.name}"`);
  const layout = join(dir, 'layout');
  using _growth = watchGrowth(layout, (done) => op.report({ kind: 'transfer', what, done }));
  const fileSizeLimit = bytes(Math.max(largest, longestJson));
  return await fetched({ source, access, layout, dir, fileSizeLimit }, deps, op, assertWanted);
}

/** Takes an artifact with a tag from an archive of an OCI layout, a file of this host. */
export async function takeArtifact(
  archive: { readonly path: string; readonly tag: string; readonly name: string },
  { dir, assertWanted }: Pick<ArtifactRequest, 'dir' | 'assertWanted'>,
  deps: BringDeps,
  op: ClientOperation,
): Promise<BroughtArtifact> {
  const location = `oci-archive:${archive.path}:${archive.tag}`;
  const source = { transport: 'oci-archive', location, name: archive.name } as const;
  const bound = await unpackingBound(source, {}, deps.paths, op.signal);
  return await fetched({ source, layout: join(dir, 'layout'), dir, ...bound }, deps, op, assertWanted);
}

const tag = 'artifact';

async function fetched(
  request: Pick<Parameters<typeof pullImage>[0], 'source' | 'access' | 'layout'> & {
    readonly dir: string;
    readonly fileSizeLimit?: Bytes;
  },
  { runner }: BringDeps,
  { signal }: ClientOperation,
  assertWanted: (manifest: unknown) => void,
): Promise<BroughtArtifact> {
  const { dir, ...pulled } = request;
  const { layout } = pulled;
  const platform = { os: 'linux', arch: hostArch } as const; // an artifact has none
  const digest = await pullImage({ ...pulled, platform, tag, tmpDir: dir }, runner, signal);
  const manifest = await readBlob(layout, digest);
  assertWanted(manifest);
  return { layout, digest, manifest };
}
