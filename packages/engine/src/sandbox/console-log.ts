/**
 * Pure. The bytes that a program wrote, out of the lines of conmon's k8s-file log: `TIME STREAM P|F TEXT`, where F ends
 * a line and P goes on (Kubernetes' CRI log format).
 */
export function decodeLogLine(line: string): string {
  const match = /^\S+ (?:stdout|stderr) ([PF]) (.*)$/s.exec(line);
  if (!match) return '';
  return match[1] === 'F' ? `${match[2]}\n` : match[2]!;
}
