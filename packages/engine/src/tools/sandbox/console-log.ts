/** The content of one line of the log. Each character is a byte, since a UTF-8 sequence may be split between lines. */
export interface LogPiece {
  /** The time in milliseconds since 1970; NaN if the line has none. */
  readonly timeMs: number;
  /** The stream of the program, or `start` for a mark: a start of the VM begins behind it. */
  readonly from: 'stdout' | 'stderr' | 'start';
  /** The text, which ends with a line break unless the next piece continues the line. */
  readonly text: string;
}

/**
 * Pure. Parses a line of conmon's k8s-file log: `TIME STREAM P|F TEXT`, where F ends a line and P continues
 * it (Kubernetes' CRI log format). Returns `undefined` for a line of another form.
 */
export function readLogLine(line: string): LogPiece | undefined {
  const match = /^(\S+) (stdout|stderr|ignite) ([PF]) (.*)$/s.exec(line);
  if (!match) return undefined;
  const [, time = '', stream, end, text = ''] = match;
  const from = stream === 'stdout' || stream === 'stderr' ? stream : 'start';
  // If the monitor had read a line except for its end, the end is an empty line of the log by itself.
  return { timeMs: Date.parse(time), from, text: `${text}${end === 'F' ? '\n' : ''}` };
}

/** Pure. Returns the text that a program wrote, from one line of the log. */
export function decodeLogLine(line: string): string {
  const piece = readLogLine(line);
  return piece === undefined || piece.from === 'start' ? '' : piece.text;
}

/** Returns the log line that marks a start. Its stream is one that no program has. */
export const startMark = (nowMs: number): string => `${new Date(nowMs).toISOString()} ignite F start\n`;

const startMarkPattern = /^\S+ ignite F start$/m;

/** Pure. Returns the lines of a log since the program's last start. */
export const sinceLastStart = (log: string): string => log.split(startMarkPattern).at(-1) ?? '';

/** Pure. Returns what the program wrote, from a log. */
export const printedIn = (log: string): string => log.split('\n').map(decodeLogLine).join('');

/** Pure. Returns the last line on standard error since the last start, of the lines that are the program's own. */
export const lastErrorLine = (log: string, isOwn: (line: string) => boolean): string | undefined =>
  [...sinceLastStart(log).matchAll(/^\S+ stderr F (.+)$/gm)]
    .map(([, line = '']) => line)
    .findLast(isOwn)
    ?.trim();
