/**
 * Pure. The message of a line that a tool has logged as `time="…" level=fatal msg="…"`, as the tools around containers do;
 * any other line as it is. See logfmt and Go's strconv.Quote, which quotes as JSON does for all that is printable.
 */
export function logMessage(line: string): string {
  const message = /^(?:time="[^"]*" )?level=\w+ msg=(?<message>"(?:[^"\\]|\\.)*"|\S+)/.exec(line)?.groups?.[
    'message'
  ];
  if (message === undefined) return line;
  if (!message.startsWith('"')) return message;
  try {
    return JSON.parse(message) as string;
  } catch {
    return message.slice(1, -1);
  }
}
