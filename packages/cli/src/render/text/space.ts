import type { SpaceItem, SpaceKind } from '@ignite/api/client/space-client';
import { type Bytes, bytes, humanBytes } from '@ignite/toolkit/units/bytes';
import { table } from './table.ts';

/** One of a kind, and all of them, as tables name them. */
const words: Readonly<Record<SpaceKind, readonly [one: string, all: string]>> = {
  image: ['image', 'Images'],
  layers: ['', 'Layers of images'],
  kernel: ['kernel', 'Kernels'],
  vm: ['VM', 'VMs'],
  volume: ['volume', 'Volumes'],
  snapshot: ['snapshot', 'Snapshots'],
  log: ['log', 'Logs'],
  'kept-disk': ['kept disk', 'Kept disks'],
  leftover: ['leftover', 'Leftovers'],
};

const kinds: readonly SpaceKind[] = [
  'image',
  'layers',
  'kernel',
  'vm',
  'volume',
  'snapshot',
  'log',
  'kept-disk',
  'leftover',
];

/** Pure. As in `image "web"`. */
export const spaceName = ({ kind, name }: SpaceItem): string =>
  kind === 'layers' ? name : `${words[kind][0]} "${name}"`;

/** What all of a kind take together. */
interface SpaceSum {
  readonly kind: SpaceKind;
  readonly count: number;
  readonly used: number;
  readonly size: Bytes;
  readonly reclaimable: Bytes;
}

/** Pure. A line for each kind, including kinds without objects. */
const sumSpace = (items: readonly SpaceItem[]): readonly SpaceSum[] =>
  kinds.map((kind) => {
    const own = items.filter((item) => item.kind === kind);
    return {
      kind,
      count: own.length,
      used: own.filter(({ isUsed }) => isUsed).length,
      size: total(own.map(({ size }) => size)),
      reclaimable: total(own.map(({ reclaimable }) => reclaimable)),
    };
  });

/** Pure. */
export function spaceTable(items: readonly SpaceItem[]): string {
  const rows = sumSpace(items).map(({ kind, count, used, size, reclaimable }) => {
    const share = size === 0 ? 0 : Math.round((reclaimable / size) * 100);
    return [
      words[kind][1],
      String(count),
      String(used),
      humanBytes(size),
      `${humanBytes(reclaimable)} (${share}%)`,
    ];
  });
  return table(['TYPE', 'TOTAL', 'ACTIVE', 'SIZE', 'RECLAIMABLE'], rows);
}

/** Pure. A line for each object. */
export const spaceDetails = (items: readonly SpaceItem[]): string =>
  table(
    ['TYPE', 'NAME', 'ACTIVE', 'SIZE', 'RECLAIMABLE', 'PATH'],
    kinds.flatMap((kind) =>
      items
        .filter((item) => item.kind === kind)
        .map(({ name, isUsed, size, reclaimable, path }) => [
          words[kind][0] || 'layers',
          name,
          isUsed ? 'yes' : 'no',
          humanBytes(size),
          humanBytes(reclaimable),
          path,
        ]),
    ),
  );

/** Pure. */
export const spaceDocument = (items: readonly SpaceItem[]): object => ({
  sums: sumSpace(items).map(({ size, reclaimable, ...sum }) => ({
    ...sum,
    sizeBytes: size,
    reclaimableBytes: reclaimable,
  })),
  items: items.map(({ size, reclaimable, ...item }) => ({
    ...item,
    sizeBytes: size,
    reclaimableBytes: reclaimable,
  })),
});

const total = (sizes: readonly Bytes[]): Bytes => bytes(sizes.reduce<number>((sum, size) => sum + size, 0));
