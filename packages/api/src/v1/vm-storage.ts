import type { Bytes } from '@ignite/toolkit/units/bytes';
import { hasExactlyOne } from '@ignite/toolkit/schema/exactly-one';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { absolutePath } from './absolute-path.ts';
import { volumeSize } from './volume.ts';

const volumeName = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/,
    'must be at most 63 letters, digits, dots, dashes and underscores',
  ),
);

const readOnly = v.optional(v.boolean());

const sources = ['blockDevice', 'file', 'hostPath', 'volume'] as const;

const volumeSchema = v.pipe(
  v.strictObject({
    name: volumeName,
    blockDevice: described(
      'Existing block device of the host.',
      v.optional(v.strictObject({ path: absolutePath })),
    ),
    file: described(
      'Raw disk image on the host; if a size is set, a missing file is created, sparse and formatted.',
      v.optional(v.strictObject({ path: absolutePath, size: v.optional(volumeSize) })),
    ),
    hostPath: described(
      'Directory of the host, shared with the guest.',
      v.optional(v.strictObject({ path: absolutePath })),
    ),
    volume: described(
      'Volume by name, which outlives VMs; created if it does not exist, and grown to the size.',
      v.optional(
        v.strictObject({
          name: v.pipe(v.string(), v.regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a DNS label')),
          size: v.optional(volumeSize),
        }),
      ),
    ),
    readOnly,
  }),
  v.check((volume) => hasExactlyOne(volume, sources), `must have exactly one of ${sources.join(', ')}`),
);
export type VmVolume = v.InferOutput<typeof volumeSchema>;

const isMountable = (path: string): boolean => !/^\/+((proc|sys|dev)(\/.*)?)?$/.test(path);

const volumeMountSchema = v.strictObject({
  name: volumeName,
  mountPath: v.pipe(
    absolutePath,
    v.check(isMountable, 'must not be /, or in /proc, /sys or /dev'),
    v.transform((path) => path.replaceAll(/\/+/g, '/').replace(/\/$/, '')),
  ),
  readOnly,
});
export type VolumeMount = v.InferOutput<typeof volumeMountSchema>;

const diskKey = ({ blockDevice, file, volume }: VmVolume): readonly string[] => {
  const key = blockDevice?.path ?? file?.path ?? volume?.name;
  return key === undefined ? [] : [key];
};

const areDistinct = (names: readonly string[]): boolean => new Set(names).size === names.length;

/**
 * The volumes of a VM besides its root disk, and where they are mounted. A volume that is not mounted is a
 * bare disk.
 */
export const vmStorageSchema = v.pipe(
  v.strictObject({
    volumes: v.optional(
      v.pipe(
        v.array(volumeSchema),
        v.check(
          (volumes) => areDistinct(volumes.map(({ name }) => name)),
          'must not use a volume name twice',
        ),
        v.check(
          (volumes) => areDistinct(volumes.flatMap(diskKey)),
          'must not use a device, file or Volume twice: mount one volume twice instead',
        ),
      ),
      [],
    ),
    volumeMounts: v.optional(
      v.pipe(
        v.array(volumeMountSchema),
        v.check(
          (mounts) => areDistinct(mounts.map(({ mountPath }) => mountPath)),
          'must not mount two volumes at the same path',
        ),
      ),
      [],
    ),
  }),
  v.check(
    ({ volumes, volumeMounts }) =>
      volumeMounts.every((mount) => volumes.some(({ name }) => name === mount.name)),
    'must not mount a volume that is not in volumes',
  ),
  v.check(
    ({ volumes, volumeMounts }) =>
      volumes.every(({ hostPath, name }) => !hostPath || volumeMounts.some((mount) => mount.name === name)),
    'must mount each volume that has a hostPath',
  ),
);
export type VmStorage = v.InferOutput<typeof vmStorageSchema>;

/**
 * Pure. Tells whether the guest can never write to the volume, because it is read-only or all its mounts are.
 */
export function isReadOnly(volume: VmVolume, { volumeMounts }: VmStorage): boolean {
  const mounts = volumeMounts.filter(({ name }) => name === volume.name);
  return volume.readOnly === true || (mounts.length > 0 && mounts.every((mount) => mount.readOnly === true));
}

/** The source of a volume: the one of its fields that is set. */
export type VolumeSource =
  | { readonly kind: 'blockDevice'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly size?: Bytes | undefined }
  | { readonly kind: 'hostPath'; readonly path: string }
  | { readonly kind: 'volume'; readonly name: string; readonly size?: Bytes | undefined };

/** Pure. Returns the source of a volume. */
export function sourceOf({ name, blockDevice, file, hostPath, volume }: VmVolume): VolumeSource {
  if (blockDevice) return { kind: 'blockDevice', ...blockDevice };
  if (file) return { kind: 'file', ...file };
  if (hostPath) return { kind: 'hostPath', ...hostPath };
  if (volume) return { kind: 'volume', ...volume };
  throw new Error(`volume ${name} has no source, which the schema refuses`);
}
