import type { Log, LogFields, LogLevel } from '../log/log.ts';
import type { SyncObject, SyncSpec } from './kinds.ts';
import { type Attempt, shortRevision } from './sync-status.ts';

interface Trouble {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Logs why Syncs do not work: at once, again when the reason changes, and when they work again; never each repetition. */
export class TroubleLog {
  readonly #log: Log;
  /** By key, as text. */
  readonly #told = new Map<string, string>();

  constructor(log: Log) {
    this.#log = log;
  }

  tell(key: string, { metadata: { name: sync }, spec }: SyncObject, attempt: Attempt): void {
    const trouble = troubleOf(attempt, spec);
    // The same reason may be found at two places, each with a hint of its own.
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

/** Pure. What keeps a Sync from working as a whole; what fails of it is told object by object. */
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
