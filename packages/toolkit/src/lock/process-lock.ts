import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 20;
const sqliteBusy = 5;

/**
 * Acquires the lock `name` in the folder `dir`, after waiting until no other process, and no other caller in
 * this one, holds it. It is SQLite's file lock on a file of its own, so the kernel releases it when the
 * holder dies in whatever way.
 */
export async function acquireLock(dir: string, name: string, signal: AbortSignal): Promise<Disposable> {
  for (;;) {
    signal.throwIfAborted();
    const lock = tryLock(dir, name);
    if (lock) return lock;
    await delay(pollMs, undefined, { signal });
  }
}

/** Acquires the lock, or returns `undefined` if someone holds it. */
export function tryLock(dir: string, name: string): Disposable | undefined {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(fileOf(dir, name), { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (failure) {
    db.close();
    if (isBusy(failure)) return undefined;
    throw failure;
  }
  return { [Symbol.dispose]: () => db.close() };
}

/**
 * Tells whether someone holds the lock. Any number of processes may look at once, and none takes another for a
 * holder. Whoever tries to take the lock at the same moment may find it busy.
 */
export function isLocked(dir: string, name: string): boolean {
  const file = fileOf(dir, name);
  if (!existsSync(file)) return false;
  using db = new DatabaseSync(file, { timeout: 0, readOnly: true });
  try {
    db.exec('SELECT 1 FROM sqlite_schema'); // a read takes SQLite's shared lock for as long as it lasts
    return false;
  } catch (failure) {
    if (isBusy(failure)) return true;
    throw failure;
  }
}

const isBusy = (failure: unknown): boolean =>
  (failure as { readonly errcode?: number }).errcode === sqliteBusy;

const fileOf = (dir: string, name: string): string => join(dir, `${fileName(name)}.lock`);

const fileName = (name: string): string =>
  /^[a-z0-9-]{1,80}$/.test(name) ? name : createHash('sha256').update(name).digest('hex').slice(0, 40);
