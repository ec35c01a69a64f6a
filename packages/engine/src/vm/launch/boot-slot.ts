import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { tryLock } from '@ignite/toolkit/lock/process-lock';
import { type Paths, locksDir } from '../../tools/host/paths.ts';

const pollMs = 50;

/**
 * Takes a slot in which an emulated kernel may boot. The host has as many of them as CPUs: kernels that share
 * a CPU while they measure their timers measure wrongly, and must boot again. So twenty VMs that are started
 * at once are up sooner if they boot one after the other. The kernel releases the slot when its holder dies.
 */
export async function acquireBootSlot(
  paths: Paths,
  signal: AbortSignal,
  slots: number = availableParallelism(),
): Promise<Disposable> {
  for (;;) {
    signal.throwIfAborted();
    for (let slot = 0; slot < slots; slot++) {
      const lock = tryLock(locksDir(paths), `boot-${slot}`);
      if (lock) return lock;
    }
    await delay(pollMs, undefined, { signal });
  }
}
