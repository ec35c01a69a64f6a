import { type Log, type LogLevel as EventLevel, jsonLog, limitedLog, textLog } from '@ignite/toolkit/log/log';
import { type DaemonOptions, type LogLevel, tells } from './options.ts';

/** Where the daemon writes, and what is known about the reader. */
export interface Terminal {
  readonly write: (text: string) => void;
  readonly isTty: boolean;
}

type LogOptions = Pick<DaemonOptions, 'logLevel' | 'logFormat'>;

/** The log of the service has no trace level. */
const eventLevels: Readonly<Record<LogLevel, EventLevel>> = {
  error: 'error',
  warn: 'warning',
  info: 'info',
  debug: 'debug',
  trace: 'debug',
};

/** The log of the service, whose level and form may change while it runs. */
export class ServiceLog {
  #options: LogOptions;
  /** Writes an event. */
  readonly log: Log;

  constructor({ write, isTty }: Terminal, options: LogOptions) {
    this.#options = options;
    const forms = { text: textLog(write), json: jsonLog(write) };
    const log: Log = (...event) => forms[this.#options.logFormat ?? (isTty ? 'text' : 'json')](...event);
    this.log = limitedLog(log, () => eventLevels[this.#options.logLevel]);
  }

  /** Tells whether messages of `what` are logged now. */
  tells(what: LogLevel): boolean {
    return tells(this.#options.logLevel, what);
  }

  change(options: LogOptions): void {
    this.#options = options;
  }
}
