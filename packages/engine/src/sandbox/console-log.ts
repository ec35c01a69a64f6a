/** What one line of the log holds, each byte a character: what a program wrote may be cut in the midst of one of UTF-8's. */
export interface LogPiece {
  /** Since 1970; NaN where the line tells none. */
  readonly timeMs: number;
  /** `start` is of no program: a start begins behind it. */
  readonly from: 'stdout' | 'stderr' | 'start';
  /** Ends with a line break, or goes on in the next piece. */
  readonly text: string;
}

/**
 * Pure. One line of conmon's k8s-file log: `TIME STREAM P|F TEXT`, where F ends a line and P goes on (Kubernetes' CRI log
 * format); undefined for a line of another form.
 */
export function readLogLine(line: string): LogPiece | undefined {
  const match = /^(\S+) (stdout|stderr|ignite) ([PF]) (.*)$/s.exec(line);
  if (!match) return undefined;
  const [, time = '', stream, end, text = ''] = match;
  const from = stream === 'stdout' || stream === 'stderr' ? stream : 'start';
  // Where the monitor has read a line just so far the rest, with nothing in it, is a line of the log by itself.
  return { timeMs: Date.parse(time), from, text: `${text}${end === 'F' ? '\n' : ''}` };
}

/** Pure. The bytes that a program wrote, out of one line of the log. */
export function decodeLogLine(line: string): string {
  const piece = readLogLine(line);
  return piece === undefined || piece.from === 'start' ? '' : piece.text;
}

/** The line in the log, of a stream that no program has, behind which a start begins. */
export const startMark = (nowMs: number): string => `${new Date(nowMs).toISOString()} ignite F start\n`;

const startMarkPattern = /^\S+ ignite F start$/m;

/** Pure. The lines of a log that are of the program's last life. */
export const sinceLastStart = (log: string): string => log.split(startMarkPattern).at(-1) ?? '';

/** Pure. What the program wrote, out of a log. */
export const printedIn = (log: string): string => log.split('\n').map(decodeLogLine).join('');

/** Pure. What a program said last on its standard error since its last start, of the lines that are its own. */
export const lastErrorLine = (log: string, isOwn: (line: string) => boolean): string | undefined =>
  [...sinceLastStart(log).matchAll(/^\S+ stderr F (.+)$/gm)]
    .map(([, line = '']) => line)
    .findLast(isOwn)
    ?.trim();
