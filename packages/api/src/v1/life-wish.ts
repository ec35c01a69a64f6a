import { restartedAtAnnotation } from './restarted-at.ts';
import type { LifeWish, Vm, VmSpec } from './vm.ts';

/** Pure. Returns what is wanted of a VM's life. A paused VM is up, and so is a suspended one. */
export function lifeWishOf({ metadata, spec }: Pick<Vm, 'metadata' | 'spec'>): LifeWish {
  if (spec.power === 'Stopped') return { power: 'Stopped' };
  const restartedAt = metadata.annotations[restartedAtAnnotation];
  return { power: 'Running', ...(restartedAt !== undefined && { restartedAt }) };
}

/**
 * Pure. Tells whether somebody wants something of a VM's life that has not been acted upon yet. While a VM shall be
 * suspended, nothing is to begin or end.
 */
export function isNewWish(vm: Vm): boolean {
  if (vm.spec.power === 'Suspended') return false;
  const [wish, last] = [lifeWishOf(vm), lastWishOf(vm)];
  if (wish.power === 'Stopped' || last.power === 'Stopped') return wish.power !== last.power;
  return wish.restartedAt !== last.restartedAt;
}

/** Earlier versions recorded no wish: they acted upon each at once. */
const lastWishOf = ({ spec, status }: Vm): LifeWish =>
  status.lastWish ?? {
    power: status.phase === 'Created' || spec.power === 'Stopped' ? 'Stopped' : 'Running',
  };

/** A wish that somebody expresses. */
export interface Wish {
  readonly power: VmSpec['power'];
  /** True if the VM is to start now, although it was brought up for the same wish before. */
  readonly anew?: boolean;
}

/** Pure. Returns a VM with another wish in its spec and annotations. */
export function withWish(vm: Vm, { power, anew = false }: Wish, nowMs: number): Vm {
  const wanted = { ...vm, spec: { ...vm.spec, power } };
  if (!anew || power === 'Stopped' || power === 'Suspended' || isNewWish(wanted)) return wanted;
  const restartedAt = new Date(nowMs).toISOString();
  const annotations = { ...vm.metadata.annotations, [restartedAtAnnotation]: restartedAt };
  return { ...wanted, metadata: { ...vm.metadata, annotations } };
}
