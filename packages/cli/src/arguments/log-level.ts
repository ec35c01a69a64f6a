import type { FlagValues } from './command.ts';

/** The names of the original's logging library; its last three told errors alone, as ours do. */
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

/** How much is told on standard error, from least to most: each tells what those before it tell too. */
const levels = ['error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof levels)[number];

/** Whether at `level` what belongs to `what` is told. */
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
