import { inBackgroundAnnotation, makingTemplateLabel } from '@ignite/api/v1/template';
import type { Vm } from '@ignite/api/v1/vm';
import { acquireLock, isLocked } from '@ignite/toolkit/lock/process-lock';
import { type Paths, locksDir } from '../tools/host/paths.ts';

/** Pure. Returns the name of the VM of which a maker makes a template, and of that template. */
export const templateName = (token: string): string => `template-${token.slice(0, 8)}`;

/** Holds the lock that shows that the maker of a template lives. */
export const actAsMaker = async (
  namespace: string,
  token: string,
  paths: Paths,
  signal: AbortSignal,
): Promise<Disposable> => await acquireLock(locksDir(paths), makingLock(namespace, token), signal);

/**
 * Pure. Returns the token of the maker of a VM, if the VM is one of which a template is made. Anybody may have labelled another one,
 * which does not have the name.
 */
export function makerOf({ metadata }: Pick<Vm, 'metadata'>): string | undefined {
  const token = metadata.labels[makingTemplateLabel];
  return token !== undefined && metadata.name === templateName(token) ? token : undefined;
}

/** Tells whether a VM is one of which somebody makes a template right now. */
export function isBeingMade(vm: Pick<Vm, 'metadata'>, paths: Paths): boolean {
  const token = makerOf(vm);
  return token !== undefined && isLocked(locksDir(paths), makingLock(vm.metadata.namespace, token));
}

/** Pure. Tells whether a VM is one of which a template is made that nobody waits for. */
export const isInBackground = (vm: Pick<Vm, 'metadata'>): boolean =>
  makerOf(vm) !== undefined && vm.metadata.annotations[inBackgroundAnnotation] !== undefined;

/** Tells whether a VM was left by the maker of a template, which was killed. */
export const isUnfinished = (vm: Pick<Vm, 'metadata'>, paths: Paths): boolean =>
  makerOf(vm) !== undefined && !isBeingMade(vm, paths);

const makingLock = (namespace: string, token: string): string => `making-template-${namespace}-${token}`;
