import { createReadStream, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeLogLine } from '../sandbox/console-log.ts';

const followPollMs = 200;

export interface ConsoleRequest {
  readonly path: string;
  readonly tail?: number;
  /** Goes on while this is true. */
  readonly follow: () => Promise<boolean>;
}

/** A VM's console output so far, and as it comes. */
export async function* readConsole(request: ConsoleRequest, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let offset = 0;
  let first = true;
  for (;;) {
    const goesOn = await request.follow();
    const read = await readFrom(request.path, offset, signal);
    offset = read.offset;
    const text = read.lines.map(decodeLogLine).join('');
    const shown = first && request.tail !== undefined ? lastLines(text, request.tail) : text;
    first = false;
    if (shown !== '') yield Buffer.from(shown);
    if (!goesOn) return;
    await delay(followPollMs, undefined, { signal });
  }
}

function lastLines(text: string, count: number): string {
  const lines = text.split(/(?<=\n)/);
  return count === 0 ? '' : lines.slice(-count).join('');
}

async function readFrom(path: string, offset: number, signal: AbortSignal) {
  if (!existsSync(path)) return { offset, lines: [] };
  const { size } = await stat(path);
  const start = size < offset ? 0 : offset; // the log was begun anew when it had reached its bound
  if (size === start) return { offset: start, lines: [] };
  const lines: string[] = [];
  const input = createReadStream(path, { start, end: size - 1, encoding: 'latin1', signal });
  for await (const line of createInterface({ input, crlfDelay: 0 }))
    lines.push(Buffer.from(line, 'latin1').toString());
  return { offset: size, lines };
}
