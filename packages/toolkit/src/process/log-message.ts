/**
 * Pure. Returns the message of a log line of the form `time="…" level=fatal msg="…"`, which container tools
 * write. Other lines are returned unchanged. The format is logfmt, with the quotes of Go's strconv.Quote,
 * which equal JSON's for all printable text.
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
