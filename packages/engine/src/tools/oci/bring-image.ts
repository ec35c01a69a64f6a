import { join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { openWorkspace } from '@ignite/toolkit/files/workspace';
import { ToolFailedError } from '@ignite/toolkit/process/runner';
import type { Ctr } from '../container-engine/ctr.ts';
import type { DockerApi } from '../container-engine/docker-api.ts';
import { layoutDir } from '../host/paths.ts';
import { declaredBound, unpackingBound } from './bring-bounds.ts';
import { imageNotInEngine, platformNotInEngine } from './errors.ts';
import type { ImportRequest } from './import-request.ts';
import { assertFewLayers } from './local-layers.ts';
import { type LayoutImage, borrowBlobs } from './layout.ts';
import { watchGrowth } from './layout-growth.ts';
import { formatPlatform } from '@ignite/api/v1/platform';
import { openRegistryAccess, type RegistryDeps } from './registry-access.ts';
import { type PullRequest, pullImage } from './skopeo.ts';
import { type ContainerdSource, type SkopeoSource, sourceInEngine } from './source.ts';

export interface BringDeps extends RegistryDeps {
  readonly ctr: Ctr;
  readonly docker: DockerApi;
}

/** An import, together with the layout that receives its blobs. */
type BringRequest = ImportRequest & Pick<PullRequest, 'layout' | 'tag' | 'tmpDir'>;

/** An image in a layout of its own. The parts that were not kept are removed with the layout. */
export type BroughtImage = LayoutImage & AsyncDisposable;

/**
 * Fetches the image of one platform from its source into a layout of its own. Blobs that the shared layout
 * contains are not fetched again. The caller holds the shared layout's lock.
 */
export async function bringImage(
  request: ImportRequest,
  deps: BringDeps,
  op: ClientOperation,
): Promise<BroughtImage> {
  const { paths } = deps;
  const work = await openWorkspace(join(paths.dataDir, 'scratch'), 'pull-');
  try {
    const [layout, tag] = [join(work.path, 'layout'), 'image'];
    await borrowBlobs(layout, layoutDir(paths));
    const wanted = { ...request, layout, tag, tmpDir: work.path };
    const digest = (await bringFromEngine(wanted, deps, op)) ?? (await bringFromSource(wanted, deps, op));
    return { layout, tag, digest, [Symbol.asyncDispose]: () => work[Symbol.asyncDispose]() };
  } catch (failure) {
    await work[Symbol.asyncDispose]();
    throw failure;
  }
}

/** Fetches the image from the container engine that a request prefers to registries, if it has the image. */
async function bringFromEngine(
  request: BringRequest,
  deps: BringDeps,
  op: ClientOperation,
): Promise<string | undefined> {
  const { engine } = request;
  const source = engine && sourceInEngine(request.source, engine);
  if (!source) return undefined;
  try {
    return await bringFromSource({ ...request, source }, deps, op);
  } catch (failure) {
    if (hasCode(failure, 'IMAGE_MISSING') || hasCode(failure, 'PLATFORM_UNAVAILABLE')) return undefined;
    throw failure;
  }
}

async function bringFromSource(request: BringRequest, deps: BringDeps, op: ClientOperation): Promise<string> {
  const { source } = request;
  if (source.transport === 'containerd') return await bringFromContainerd(source, request, deps, op);
  if (source.transport === 'docker-daemon') return await bringFromDocker(source, request, deps, op);
  const { registry, name } = source;
  const what = registry === undefined ? `Importing ${name}` : `Pulling ${name}`;
  op.report({ kind: 'step', message: what });
  if (registry === undefined) return await pullLocal(what, { ...request, source }, deps, op);
  await using access = await openRegistryAccess({ ...request, registry }, deps, op);
  const fileSizeLimit = await declaredBound({ ...request, source, access }, deps, op.signal);
  return await pull(what, { ...request, source, access, fileSizeLimit }, deps, op);
}

/** Pulls an image from a file or folder of this host. */
async function pullLocal(
  what: string,
  request: BringRequest & { readonly source: SkopeoSource },
  deps: BringDeps,
  op: ClientOperation,
): Promise<string> {
  const bound = await unpackingBound(request.source, request, deps.paths, op.signal);
  await assertFewLayers(request, deps.runner, op.signal);
  return await pull(what, { ...request, ...bound }, deps, op);
}

/** Pulls an image; `what` names the step in progress reports. */
async function pull(
  what: string,
  request: PullRequest,
  { runner }: Pick<BringDeps, 'runner'>,
  { signal, report }: ClientOperation,
): Promise<string> {
  using _growth = watchGrowth(request.layout, (done) => report({ kind: 'transfer', what, done }));
  return await pullImage(request, runner, signal);
}

async function bringFromDocker(
  source: SkopeoSource,
  request: BringRequest,
  deps: BringDeps,
  op: ClientOperation,
): Promise<string> {
  const { docker } = deps;
  const arch = await docker.imageArch(source.name, op.signal);
  if (arch === undefined) throw imageNotInEngine(source.name, 'docker');
  if (arch !== request.platform.arch)
    throw platformNotInEngine(source.name, 'docker', formatPlatform(request.platform));
  const what = `Importing ${source.name} from Docker`;
  op.report({ kind: 'step', message: what });
  return await pull(what, { ...request, source, dockerSocket: docker.socket }, deps, op);
}

async function bringFromContainerd(
  source: ContainerdSource,
  request: BringRequest,
  deps: BringDeps,
  op: ClientOperation,
): Promise<string> {
  const { ctr, paths } = deps;
  const { signal } = op;
  const { fullName: name, namespaces } = source;
  const namespace = await firstWith(namespaces, (each) => ctr.hasImage(each, name, signal));
  if (namespace === undefined) throw imageNotInEngine(name, 'containerd', namespaces);
  const what = `Importing ${source.name} from containerd (${namespace})`;
  op.report({ kind: 'step', message: what });
  await using work = await openWorkspace(join(paths.dataDir, 'scratch'), 'containerd-');
  const archive = join(work.path, 'image.tar');
  const platform = formatPlatform(request.platform);
  try {
    await ctr.exportImage(namespace, { name, platform }, archive, signal);
  } catch (failure) {
    if (!(
      failure instanceof ToolFailedError &&
      /content digest .* not found|no match for platform/.test(failure.stderr)
    ))
      throw failure;
    throw platformNotInEngine(name, 'containerd', platform, failure);
  }
  const exported = {
    transport: 'oci-archive',
    location: `oci-archive:${archive}`,
    name: source.name,
  } as const;
  return await pullLocal(what, { ...request, source: exported }, deps, op);
}

async function firstWith<T>(all: readonly T[], test: (each: T) => Promise<boolean>): Promise<T | undefined> {
  for (const each of all) if (await test(each)) return each;
  return undefined;
}
