import type { SpaceItem, SpaceKind } from '@ignite/api/client/space-client';

/** Who uses others first: a VM that goes frees its image for the next time. */
const order: readonly SpaceKind[] = ['vm', 'volume', 'image', 'kernel', 'leftover', 'kept-disk', 'layers'];

/** Pure. What of the kinds that are asked for nothing uses, in the order in which it can go. */
export function planPrune(items: readonly SpaceItem[], kinds: ReadonlySet<SpaceKind>): readonly SpaceItem[] {
  return order
    .filter((kind) => kinds.has(kind))
    .flatMap((kind) => items.filter((item) => isIdle(item, kind)));
}

const isIdle = (item: SpaceItem, kind: SpaceKind): boolean =>
  item.kind === kind && (kind === 'layers' ? item.reclaimable > 0 : !item.isUsed);
