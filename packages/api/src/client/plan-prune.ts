import type { SpaceItem, SpaceKind } from './space-client.ts';

/**
 * The order of removal. Users come before what they use: removing a VM makes its image unused, for the next
 * prune.
 */
const order: readonly SpaceKind[] = [
  'vm',
  'volume',
  'snapshot',
  'image',
  'kernel',
  'leftover',
  'kept-disk',
  'layers',
];

/** Pure. Returns the unused items of the requested kinds, in the order in which they can be removed. */
export function planPrune(items: readonly SpaceItem[], kinds: ReadonlySet<SpaceKind>): readonly SpaceItem[] {
  return order
    .filter((kind) => kinds.has(kind))
    .flatMap((kind) => items.filter((item) => isIdle(item, kind)));
}

const isIdle = (item: SpaceItem, kind: SpaceKind): boolean =>
  item.kind === kind && (kind === 'layers' ? item.reclaimable > 0 : !item.isUsed);
