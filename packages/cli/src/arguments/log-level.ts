import type { FlagValues } from './command.ts';

/** The level names of the original's logging library. The last three log only errors, as they did there. */
export const logLevelNames = [
  'trace',
  'debug',
  'info',
  'warn',
  'warning',
  'error',
  'fatal',
  'panic',
] as const;

/** How much is logged on standard error, from least to most: each level includes those before it. */
const levels = ['error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof levels)[number];

/** Whether messages of `what` are logged at `level`. */
export const tells = (level: LogLevel, what: LogLevel): boolean =>
  levels.indexOf(what) <= levels.indexOf(level);

/** What `--log-level` and `--quiet` ask for. */
export function logLevelOf(flags: FlagValues): LogLevel {
  if (flags.isSet('quiet')) return tells(namedLevel(flags), 'warn') ? 'warn' : 'error';
  return namedLevel(flags);
}

function namedLevel(flags: FlagValues): LogLevel {
  const name = flags.text('log-level') ?? 'info';
  if (name === 'warning') return 'warn';
  return levels.find((level) => level === name) ?? 'error';
}
