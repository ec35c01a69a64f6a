import { mkdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { CreateVolumeRequest } from '@ignite/api/client/volume-client';
import type { Vm } from '@ignite/api/v1/vm';
import { type Volume, type VolumeSpec, volumeSpecSchema } from '@ignite/api/v1/volume';
import { fullName, isNamedForHost, nameOnHost } from '@ignite/api/v1/shown-name';
import type { KindKey } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { CodedError } from '@ignite/toolkit/errors/coded-error';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import { newUid } from '@ignite/toolkit/object/uid';
import type { Runner } from '@ignite/toolkit/process/runner';
import { issueTexts } from '@ignite/toolkit/schema/issue-text';
import { type Bytes, bytes, formatBytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { type Paths, locksDir, volumeDir, volumeFile } from '../host/paths.ts';
import type { ThisHost } from '../host/this-host.ts';
import { assertNamespaceStays } from '../store/assert-namespace-stays.ts';
import { volumesIn } from '../store/kind-clients.ts';
import { usesVolume, volumeFinalizer } from '../store/list-objects.ts';
import { isOwn, listOwnVms } from '../store/own-vms.ts';
import type { StoreAdministration } from '../store/store-administration.ts';
import { invalidVolumeSpec, volumeInvalid, volumeLeaving, volumeNameTaken } from './errors.ts';
import { createExt4File, growFile } from './ext4-file.ts';

export interface VolumeDeps {
  readonly paths: Paths;
  readonly runner: Runner;
  readonly objects: ObjectClient;
  readonly administration: Pick<StoreAdministration, 'salvaged'>;
  readonly self: ThisHost;
}

/** Returns the name of the lock that is held to create, change, remove or attach a volume. */
export const volumeLockName = (volume: KindKey): string => `volume-${nameOnHost(volume)}`;

export const lockVolume = (volume: KindKey, paths: Paths, signal: AbortSignal): Promise<Disposable> =>
  acquireLock(locksDir(paths), volumeLockName(volume), signal);

/**
 * Parses the spec of a volume.
 * @throws CodedError VOLUME_INVALID
 */
export function parseVolumeSpec(spec: unknown): VolumeSpec {
  const parsed = v.safeParse(volumeSpecSchema, spec);
  if (parsed.success) return parsed.output;
  throw invalidVolumeSpec(issueTexts(parsed.issues, 'spec'));
}

/**
 * Creates a volume.
 * @throws CodedError VOLUME_INVALID, VOLUME_NAME_TAKEN, VOLUME_IN_USE, NAMESPACE_LEAVING
 */
export async function createVolume(
  request: CreateVolumeRequest,
  deps: VolumeDeps,
  op: ClientOperation,
): Promise<Volume> {
  const { name } = request;
  if (!isDnsLabel(name)) throw notAVolumeName(name);
  const spec = parseVolumeSpec(request.spec);
  using _lock = await lockVolume(request, deps.paths, op.signal);
  if (await findVolume(request, deps)) throw volumeNameTaken(name);
  return await makeVolume({ ...request, spec }, deps, op);
}

/**
 * Returns the volume, created if it does not exist, and grown to `size`. The caller holds its lock.
 * @throws CodedError VOLUME_INVALID, VOLUME_IN_USE, NAMESPACE_LEAVING
 */
export async function ensureVolume(
  key: KindKey,
  size: Bytes | undefined,
  deps: VolumeDeps,
  op: ClientOperation,
): Promise<Volume> {
  const known = await findVolume(key, deps);
  if (!known) return await makeVolume({ ...key, spec: parseVolumeSpec({ size }) }, deps, op);
  const wanted = size !== undefined && size > known.spec.size ? { size } : known.spec;
  return await changeVolume(known, { spec: wanted }, deps, op);
}

/**
 * Resizes the file, unless others refuse it, and writes the new spec. The file is made if a client of the API has only
 * declared the volume. The caller holds the volume's lock.
 */
export async function changeVolume(
  volume: Volume,
  wanted: {
    readonly spec: VolumeSpec;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  },
  deps: VolumeDeps,
  op: ClientOperation,
): Promise<Volume> {
  const { name } = volume.metadata;
  const { spec, ...metadata } = wanted;
  if (spec.size < volume.spec.size)
    throw volumeInvalid(
      `volume "${name}" has ${formatBytes(volume.spec.size)} and cannot be shrunk`,
      `use at least that size, or create another volume`,
    );
  const { signal } = op;
  const volumes = volumesIn(deps.objects);
  const change = (now: Volume): Volume => ({
    ...now,
    spec,
    metadata: { ...now.metadata, ...metadata, finalizers: heldFinalizers(now) },
  });
  const allowed = await volumes.modify(volume.metadata, change, { signal, dryRun: true });
  await ensureFile(volume.metadata, allowed.spec.size, deps, op);
  const changed = await volumes.modify(volume.metadata, change, { signal });
  const path = volumeFile(deps.paths, changed.metadata);
  return await volumes.modifyStatus(
    changed.metadata,
    (now) => (now.status.path === path ? now : { ...now, status: { ...now.status, path } }),
    { known: changed, signal },
  );
}

/** Pure. A volume with a file waits for the removal of the file. */
const heldFinalizers = ({ metadata: { finalizers, deletionTimestamp } }: Volume): readonly string[] =>
  finalizers.includes(volumeFinalizer) || deletionTimestamp !== undefined
    ? finalizers
    : [...finalizers, volumeFinalizer];

/**
 * Removes the file, then the object. The file of one whose name is not unique on the host may be that of another volume,
 * and stays. The caller holds the volume's lock.
 */
export async function removeVolume({ metadata }: Volume, deps: VolumeDeps): Promise<void> {
  const volumes = volumesIn(deps.objects);
  const leaving = await volumes.delete(metadata);
  if (isNamedForHost(metadata)) await rm(volumeDir(deps.paths, metadata), { recursive: true, force: true });
  if (leaving)
    await volumes.modify(metadata, (now) => ({ ...now, metadata: { ...now.metadata, finalizers: [] } }), {
      known: leaving,
    });
}

/**
 * Finds a volume, after finishing a removal that was cut short. Clients of the API begin a removal without asking who uses
 * the volume, and the deletion of a namespace that of all volumes in it, so data that is still there is kept until
 * somebody removes the volume itself.
 * @throws CodedError VOLUME_IN_USE, VOLUME_INVALID
 */
async function findVolume(key: KindKey, deps: VolumeDeps): Promise<Volume | undefined> {
  if (!isNamedForHost(key)) throw notAVolumeName(key.name);
  const found = await volumesIn(deps.objects).find(key);
  if (found?.metadata.deletionTimestamp === undefined) return found;
  const users = await listUsers(found, deps);
  const path = volumeFile(deps.paths, found.metadata);
  const hasData = isNamedForHost(found.metadata) && existsSync(path);
  if (users.length > 0 || hasData) throw volumeLeaving(fullName(found), path, users);
  await removeVolume(found, deps);
  return undefined;
}

/** Lists the VMs of this host that name a volume, those too whose records are damaged. */
async function listUsers(
  { metadata }: Volume,
  { objects, administration, self }: VolumeDeps,
): Promise<readonly string[]> {
  const damaged = ((await administration.salvaged('VM')) as readonly Vm[]).filter(
    (vm) => vm.spec.hostName === undefined || isOwn(vm, self),
  );
  const vms = [...(await listOwnVms({ objects, self })), ...damaged];
  return vms.filter((vm) => usesVolume(vm, metadata)).map(fullName);
}

async function makeVolume(
  request: CreateVolumeRequest & { readonly spec: VolumeSpec },
  deps: VolumeDeps,
  op: ClientOperation,
): Promise<Volume> {
  const { namespace = 'default', name, labels = {}, annotations = {}, spec } = request;
  await assertNamespaceStays(deps.objects, namespace);
  const volumes = volumesIn(deps.objects);
  const wanted = {
    metadata: { namespace, name, uid: newUid(), labels, annotations, finalizers: [volumeFinalizer] },
    spec,
    status: { path: volumeFile(deps.paths, request), usedBy: [] },
  };
  const allowed = await volumes.create(wanted, { dryRun: true });
  await ensureFile(request, allowed.spec.size, deps, op);
  return await volumes.create(wanted);
}

const notAVolumeName = (name: string): CodedError =>
  volumeInvalid(
    `not a volume name: ${JSON.stringify(name)}`,
    'use at most 63 lower-case letters, digits and dashes',
  );

/** Creates the file of a volume. An existing file is somebody's data that the store has lost, and is kept. */
async function ensureFile(
  volume: KindKey,
  size: number,
  { paths, runner }: VolumeDeps,
  { report, signal }: ClientOperation,
): Promise<void> {
  if (!isNamedForHost(volume)) throw notAVolumeName(volume.name);
  const path = volumeFile(paths, volume);
  if (existsSync(path)) return await growFile(path, bytes(size));
  report({ kind: 'step', message: `Creating volume ${volume.name}` });
  await mkdir(volumeDir(paths, volume), { recursive: true, mode: 0o700 });
  // Other VMs may read what is mounted into their sandboxes, and the folder keeps everyone else out.
  await createExt4File({ path, size: bytes(size), label: volume.name, mode: 0o644 }, runner, signal);
}
