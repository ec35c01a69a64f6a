import { tryLock } from '@ignite/toolkit/lock/process-lock';

/** Takes all of the locks, or none if someone holds one of them. */
export function tryLocks(dir: string, names: readonly string[]): Disposable | undefined {
  const held = new DisposableStack();
  for (const name of names) {
    const lock = tryLock(dir, name);
    if (!lock) {
      held.dispose();
      return undefined;
    }
    held.use(lock);
  }
  return held;
}
