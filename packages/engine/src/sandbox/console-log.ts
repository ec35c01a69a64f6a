/** What one line of the log holds. */
export interface LogPiece {
  /** Since 1970; NaN where the line tells none. */
  readonly timeMs: number;
  /** `start` is of no program: a start begins behind it. */
  readonly from: 'program' | 'start';
  /** Ends with a line break, or goes on in the next piece. */
  readonly text: string;
}

/** Of what a VMM tells of its guest by QEMU's machine protocol, which is for no one who reads a console. */
const vmmEvent = /^\S+ stderr [PF] \{"(timestamp|QMP|return)": \{/;

/**
 * Pure. One line of conmon's k8s-file log: `TIME STREAM P|F TEXT`, where F ends a line and P goes on (Kubernetes' CRI log
 * format); undefined for a line of another form.
 */
export function readLogLine(line: string): LogPiece | undefined {
  const match = /^(\S+) (stdout|stderr|ignite) ([PF]) (.*)$/s.exec(line);
  if (!match || vmmEvent.test(line)) return undefined;
  const [, time = '', stream, end, text = ''] = match;
  const from = stream === 'ignite' ? 'start' : 'program';
  // A terminal's lines end with a carriage return too, which whoever reads them does not want. Where the monitor has read a
  // line just so far the rest, with nothing in it, is a line of the log by itself.
  return { timeMs: Date.parse(time), from, text: `${text.replace(/\r$/, '')}${end === 'F' ? '\n' : ''}` };
}

/** Pure. The bytes that a program wrote, out of one line of the log. */
export function decodeLogLine(line: string): string {
  const piece = readLogLine(line);
  return piece?.from === 'program' ? piece.text : '';
}

/** The line in the log, of a stream that no program has, behind which a start begins. */
export const startMark = (nowMs: number): string => `${new Date(nowMs).toISOString()} ignite F start\n`;

const startMarkPattern = /^\S+ ignite F start$/m;

/** Pure. The lines of a log that are of the program's last life. */
export const sinceLastStart = (log: string): string => log.split(startMarkPattern).at(-1) ?? '';

/** Pure. What the program wrote, out of a log. */
export const printedIn = (log: string): string => log.split('\n').map(decodeLogLine).join('');

/** Pure. All that the program wrote to its standard error, out of a log: messages, and what a VMM tells of its guest. */
export const errorsIn = (log: string): string =>
  [...log.matchAll(/^\S+ stderr ([PF]) (.*)$/gm)]
    .map(([, end, text = '']) => `${text}${end === 'F' ? '\n' : ''}`)
    .join('');

/** Pure. What the program said last on its standard error since its last start. */
export const lastErrorLine = (log: string): string | undefined =>
  [...sinceLastStart(log).matchAll(/^\S+ stderr F (.+)$/gm)]
    .filter(([line]) => !vmmEvent.test(line))
    .at(-1)?.[1]
    ?.trim();
