export type LogLevel = 'debug' | 'info' | 'warning' | 'error';
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** A structured log. `message` is the same for all events of a sort, and `fields` has their particulars. */
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

/** Writes each event as a JSON object on one line, for log collectors. */
export const jsonLog =
  (write: (line: string) => void, now: () => Date = () => new Date()): Log =>
  (level, message, fields = {}) =>
    write(`${JSON.stringify({ time: now().toISOString(), level, message, ...fields })}\n`);

/** Writes each event on one line for people: `15:04:05 info     synced   sync=site revision=main@17845ec`. */
export const textLog =
  (write: (line: string) => void, now: () => Date = () => new Date()): Log =>
  (level, message, fields = {}) => {
    const about = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(
        ([name, value]) =>
          `${name}=${typeof value === 'string' && /[\s"]/.test(value) ? JSON.stringify(value) : value}`,
      );
    const time = now().toTimeString().slice(0, 8);
    write(`${[`${time} ${level.padEnd(7)} ${message}`, about.join(' ')].filter(Boolean).join('   ')}\n`);
  };

const levels: readonly LogLevel[] = ['error', 'warning', 'info', 'debug'];

/** Returns a log that drops the events which matter less than `most` returns at the time. */
export const limitedLog =
  (log: Log, most: () => LogLevel): Log =>
  (level, ...event) => {
    if (levels.indexOf(level) <= levels.indexOf(most())) log(level, ...event);
  };
