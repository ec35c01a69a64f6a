import type { SeedMount } from '../kernel/seed.ts';
import type { SandboxBlockDevice, SandboxMount } from '../sandbox/sandbox.ts';
import type { MachineDisk, MachineShare } from '../vmm/machine.ts';
import type { ResolvedVolume } from './resolve-volumes.ts';

/**
 * Pure. Returns the disks and folders that the VMM presents to the guest, with their paths in its sandbox.
 */
export function volumeDevices(volumes: readonly ResolvedVolume[]): {
  readonly disks: readonly MachineDisk[];
  readonly shares: readonly MachineShare[];
} {
  return {
    disks: volumes.flatMap((volume) =>
      volume.kind === 'disk'
        ? [
            {
              serial: volume.serial,
              path: volume.medium.kind === 'file' ? filePath(volume.serial) : devicePath(volume.serial),
              format: 'raw' as const,
              readOnly: volume.readOnly,
              ...(volume.medium.kind === 'device' && { isDevice: true }),
            },
          ]
        : [],
    ),
    shares: volumes.flatMap(({ kind, serial }) =>
      kind === 'folder' ? [{ tag: serial, socket: `${sharesDir}/${serial}/socket` }] : [],
    ),
  };
}

/**
 * Pure. Returns what the VMM's sandbox needs for them. `shares` is the host's folder with the sockets of
 * shared folders.
 */
export function volumeAccess(
  volumes: readonly ResolvedVolume[],
  shares: string,
): { readonly mounts: readonly SandboxMount[]; readonly blockDevices: readonly SandboxBlockDevice[] } {
  const disks = volumes.filter((volume) => volume.kind === 'disk');
  const files = disks.flatMap(({ serial, medium, readOnly }): SandboxMount[] =>
    medium.kind === 'file'
      ? [
          {
            source: medium.path,
            target: filePath(serial),
            writable: !readOnly,
            ...(!medium.isOurs && { keepsOwner: true }),
          },
        ]
      : [],
  );
  const hasFolders = volumes.some(({ kind }) => kind === 'folder');
  return {
    mounts: [...files, ...(hasFolders ? [{ source: shares, target: sharesDir, writable: false }] : [])],
    blockDevices: disks.flatMap(({ serial, medium, readOnly }) =>
      medium.kind === 'device'
        ? [
            {
              source: medium.path,
              path: devicePath(serial),
              major: medium.major,
              minor: medium.minor,
              writable: !readOnly,
            },
          ]
        : [],
    ),
  };
}

/** Pure. Returns the mounts of the guest. */
export const volumeMounts = (volumes: readonly ResolvedVolume[]): readonly SeedMount[] =>
  volumes.flatMap((volume) =>
    volume.mounts.map(({ path, readOnly }) => ({
      serial: volume.serial,
      volume: volume.name,
      fileSystem: volume.kind === 'folder' ? 'virtiofs' : (volume.fileSystem ?? ''),
      path,
      isReadOnly: volume.readOnly,
      isMountedReadOnly: readOnly,
      grows: volume.kind === 'disk' && volume.medium.kind === 'file' && volume.medium.isOurs,
    })),
  );

const filePath = (serial: string): string => `/vm/volumes/${serial}`;
const devicePath = (serial: string): string => `/dev/ignite/${serial}`;
const sharesDir = '/vm/shares';
