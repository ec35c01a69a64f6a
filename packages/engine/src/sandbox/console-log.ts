/**
 * Pure. The bytes that a program wrote, out of the lines of conmon's k8s-file log: `TIME STREAM P|F TEXT`, where F ends
 * a line and P goes on (Kubernetes' CRI log format).
 */
export function decodeLogLine(line: string): string {
  const match = /^\S+ (?:stdout|stderr) ([PF]) (.*)$/s.exec(line);
  if (!match) return '';
  return match[1] === 'F' ? `${match[2]}\n` : match[2]!;
}

/** The line in the log, of a stream that no program has, behind which a start begins. */
export const startMark = (nowMs: number): string => `${new Date(nowMs).toISOString()} ignite F start\n`;

const startMarkPattern = /^\S+ ignite F start$/m;

/** Pure. What the program said last on its standard error since its last start. */
export function lastErrorLine(log: string): string | undefined {
  const sinceStart = log.split(startMarkPattern).at(-1) ?? '';
  return [...sinceStart.matchAll(/^\S+ stderr F (.+)$/gm)].at(-1)?.[1]?.trim();
}
