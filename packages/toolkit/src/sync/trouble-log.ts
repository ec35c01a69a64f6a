import type { Log, LogFields, LogLevel } from '../log/log.ts';
import type { SyncObject, SyncSpec } from './kinds.ts';
import { type Attempt, shortRevision } from './sync-status.ts';

interface Trouble {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/**
 * Logs why Syncs do not work: at once, again if the reason changes, and when they work again. It never logs a
 * repetition.
 */
export class TroubleLog {
  readonly #log: Log;
  /** The trouble that was last logged, as text, by key. */
  readonly #told = new Map<string, string>();

  constructor(log: Log) {
    this.#log = log;
  }

  tell(key: string, { metadata: { name: sync }, spec }: SyncObject, attempt: Attempt): void {
    const trouble = troubleOf(attempt, spec);
    // The hint is ignored, because the same reason may be found in two places that give different hints.
    const text = trouble && JSON.stringify({ ...trouble, fields: { ...trouble.fields, hint: undefined } });
    const before = this.#told.get(key);
    if (text === before) return;
    if (trouble && text !== undefined) {
      this.#told.set(key, text);
      this.#log(trouble.level, trouble.message, { sync, ...trouble.fields });
    } else {
      this.#told.delete(key);
      if (attempt.kind === 'done')
        this.#log('info', 'sync works again', { sync, revision: shortRevision(attempt.revision) });
    }
  }

  forget(key: string): void {
    this.#told.delete(key);
  }
}

/**
 * Pure. Returns what keeps a Sync from working as a whole. The objects that fail are logged one by one
 * elsewhere.
 */
function troubleOf(attempt: Attempt, { source, path }: SyncSpec): Trouble | undefined {
  if (attempt.kind === 'failed') {
    const { reason, message: error, hint, isPermanent } = attempt;
    const message = isPermanent ? 'sync failed, until someone changes it' : 'sync failed, trying again';
    return { level: 'error', message, fields: { reason, error, hint } };
  }
  if (attempt.kind !== 'done' || attempt.outcome.objects.length > 0 || attempt.problems.length > 0)
    return undefined;
  const from = Object.values(source).join();
  return { level: 'warning', message: 'no manifests found', fields: { source: from, path } };
}
