import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import {
  type VmStorage,
  type VmVolume,
  type VolumeSource,
  isReadOnly,
  sourceOf,
} from '@ignite/api/v1/vm-storage';
import { type Paths, volumeFile } from '../host/paths.ts';
import { deviceNumbers } from './block-device.ts';
import { readDiskContent } from './disk-content.ts';
import { volumeInvalid } from './errors.ts';
import { volumeSerial } from './volume-serial.ts';

interface Attached {
  /** The name in the VM's spec. */
  readonly name: string;
  /** The serial by which the guest finds the volume. */
  readonly serial: string;
  /** Set if the VMM must prevent writing. */
  readonly readOnly: boolean;
  readonly mounts: readonly { readonly path: string; readonly readOnly: boolean }[];
}

export interface VolumeDisk extends Attached {
  readonly kind: 'disk';
  readonly medium:
    | { readonly kind: 'file'; readonly path: string; readonly isOurs: boolean }
    | { readonly kind: 'device'; readonly path: string; readonly major: number; readonly minor: number };
  /** The file system; set if the volume is mounted. */
  readonly fileSystem?: string;
}

export interface VolumeFolder extends Attached {
  readonly kind: 'folder';
  readonly path: string;
}

/** A volume of a VM, resolved to what it is on this host. */
export type ResolvedVolume = VolumeDisk | VolumeFolder;

/**
 * Resolves the volumes of a VM, which must exist. It names those that Ignite manages in its own namespace.
 * @throws CodedError VOLUME_INVALID for a volume that is missing, of another kind, or mounted without a file
 *   system
 */
export async function resolveVolumes(
  storage: VmStorage | undefined,
  namespace: string,
  paths: Paths,
): Promise<readonly ResolvedVolume[]> {
  if (!storage) return [];
  const place = (name: string): string => volumeFile(paths, { namespace, name });
  return await Promise.all(storage.volumes.map((volume) => resolveVolume(volume, storage, place)));
}

/**
 * Refuses a VM with unusable volumes before anything is made.
 * @throws CodedError VOLUME_INVALID
 */
export async function assertVolumesUsable(storage: VmStorage | undefined): Promise<void> {
  if (!storage) return;
  for (const volume of storage.volumes) {
    const source = sourceOf(volume);
    if (source.kind !== 'volume' && !(await isToBeMade(source)))
      await resolveHostVolume(volume, source, attachedAs(volume, storage));
  }
}

/** Tells whether a file does not exist and shall be created. */
export async function isToBeMade(source: VolumeSource): Promise<boolean> {
  return source.kind === 'file' && source.size !== undefined && !(await statIfThere(source.path));
}

async function resolveVolume(
  volume: VmVolume,
  storage: VmStorage,
  place: (name: string) => string,
): Promise<ResolvedVolume> {
  const source = sourceOf(volume);
  const attached = attachedAs(volume, storage);
  if (source.kind !== 'volume') return await resolveHostVolume(volume, source, attached);
  return await diskOf(attached, { kind: 'file', path: place(source.name), isOurs: true });
}

function attachedAs(volume: VmVolume, storage: VmStorage): Attached {
  const { name } = volume;
  const mounts = storage.volumeMounts
    .filter((mount) => mount.name === name)
    .map(({ mountPath, readOnly = false }) => ({ path: mountPath, readOnly }));
  return { name, serial: volumeSerial(name), readOnly: isReadOnly(volume, storage), mounts };
}

async function resolveHostVolume(
  volume: VmVolume,
  source: HostSource,
  attached: Attached,
): Promise<ResolvedVolume> {
  const found = await statSource(volume, source);
  const path = await realpath(source.path);
  switch (source.kind) {
    case 'hostPath':
      return { kind: 'folder', ...attached, path };
    case 'file':
      return await diskOf(attached, { kind: 'file', path, isOurs: false });
    case 'blockDevice':
      return await diskOf(attached, { kind: 'device', path, ...deviceNumbers(found.rdev) });
  }
}

async function diskOf(attached: Attached, medium: VolumeDisk['medium']): Promise<VolumeDisk> {
  const disk = { kind: 'disk', ...attached, medium } as const;
  if (attached.mounts.length === 0) return disk;
  const content = await readDiskContent(medium.path);
  if (content.kind === 'file-system') return { ...disk, fileSystem: content.type };
  const said = {
    partitions: 'a partition table',
    other: content.kind === 'other' ? content.what : '',
    'nothing-known': 'no file system',
  }[content.kind];
  throw volumeInvalid(
    `volume "${attached.name}": ${medium.path} contains ${said}`,
    content.kind === 'partitions'
      ? 'use one of its partitions, or omit the mount to give the whole disk to the guest'
      : `Ignite formats only what it has created: create a file system with "mkfs.ext4 ${medium.path}"`,
  );
}

type HostSource = Exclude<VolumeSource, { readonly kind: 'volume' }>;

const kinds: Readonly<
  Record<HostSource['kind'], { readonly noun: string; readonly fits: (found: Stats) => boolean }>
> = {
  blockDevice: { noun: 'a block device', fits: (found) => found.isBlockDevice() },
  file: { noun: 'a file', fits: (found) => found.isFile() },
  hostPath: { noun: 'a folder', fits: (found) => found.isDirectory() },
};

async function statSource({ name }: VmVolume, { kind, path }: HostSource): Promise<Stats> {
  const { noun, fits } = kinds[kind];
  const found = await statIfThere(path);
  if (!found)
    throw volumeInvalid(
      `volume "${name}": ${kind === 'blockDevice' ? 'device path' : path} not found${kind === 'blockDevice' ? `: ${path}` : ''}`,
      {
        file: 'set a size to create it',
        hostPath: `hostPath must be ${noun} that exists on this host`,
        blockDevice: 'check the path: devices and folders must exist, and a file is created if a size is set',
      }[kind],
    );
  if (fits(found)) return found;
  throw volumeInvalid(
    `volume "${name}": ${path} is not ${noun}`,
    'use blockDevice for a device, file for a raw disk image, and hostPath for a directory',
  );
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (failure) {
    if (['ENOENT', 'ENOTDIR'].includes((failure as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw failure;
  }
}
