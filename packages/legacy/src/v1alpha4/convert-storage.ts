import { type Fields, asFields } from '@ignite/api/v1/kept-fields';

interface Storage {
  readonly volumes?: readonly Named[] | undefined;
  readonly volumeMounts?: readonly Named[] | undefined;
}

interface Named {
  readonly name: string;
}

/** Pure. Joins the original's volumes with those that only v1 can express. */
export function joinStorage(said: Storage | undefined, kept: unknown): Storage | undefined {
  const more = asFields(kept) as Storage;
  const volumes = [...(said?.volumes ?? []), ...(more.volumes ?? [])];
  const volumeMounts = [...(said?.volumeMounts ?? []), ...(more.volumeMounts ?? [])];
  return volumes.length + volumeMounts.length === 0 ? undefined : { volumes, volumeMounts };
}

/**
 * Pure. Splits the storage of v1 into what the original can express (block devices and their mounts) and the
 * rest.
 */
export function splitStorage(storage: unknown): {
  readonly blockDevices: Storage | undefined;
  readonly others: Storage | undefined;
} {
  if (storage === undefined) return { blockDevices: undefined, others: undefined };
  const { volumes = [], volumeMounts = [] } = asFields(storage) as Storage;
  const said = new Set(volumes.filter(isBlockDevice).map(({ name }) => name));
  const isSaid = (mount: Named): boolean => said.has(mount.name) && hasOnly(mount, ['name', 'mountPath']);
  const part = (wanted: boolean): Storage | undefined => {
    const parts = {
      volumes: volumes.filter(({ name }) => said.has(name) === wanted),
      volumeMounts: volumeMounts.filter((mount) => isSaid(mount) === wanted),
    };
    return parts.volumes.length + parts.volumeMounts.length === 0 ? undefined : parts;
  };
  return { blockDevices: part(true), others: part(false) };
}

const isBlockDevice = (volume: Named): boolean => {
  const { blockDevice } = volume as Named & { readonly blockDevice?: Fields };
  return (
    blockDevice !== undefined && hasOnly(volume, ['name', 'blockDevice']) && hasOnly(blockDevice, ['path'])
  );
};

const hasOnly = (value: object, names: readonly string[]): boolean =>
  Object.entries(value).every(([name, field]) => names.includes(name) || field === undefined);
