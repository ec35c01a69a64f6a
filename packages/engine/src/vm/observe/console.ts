import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogsRequest } from '@ignite/api/client/vm-client';
import { type LogPiece, readLogLine } from '../../sandbox/console-log.ts';

const followPollMs = 200;

export interface ConsoleRequest extends Omit<LogsRequest, 'follow'> {
  readonly path: string;
  /** Goes on while this is true. */
  readonly follow: () => Promise<boolean>;
}

/** A VM's console output so far, and as it comes. */
export async function* readConsole(request: ConsoleRequest, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const shown = new ShownText(request);
  let offset = 0;
  let first = true;
  for (;;) {
    const goesOn = await request.follow();
    const read = await readFrom(request.path, offset, signal);
    offset = read.offset;
    const pieces = read.lines.map(readLogLine).filter((piece) => piece !== undefined);
    const all = shown.of(first && !request.allStarts ? sinceLastStart(pieces) : pieces);
    const text = first && request.tail !== undefined ? lastLines(all, request.tail) : all;
    first = false;
    if (text !== '') yield Buffer.from(text, 'latin1');
    if (!goesOn) return;
    await delay(followPollMs, undefined, { signal });
  }
}

/** What of the log is asked for, as it is printed. */
class ShownText {
  readonly #request: Pick<ConsoleRequest, 'sinceMs' | 'untilMs' | 'timestamps'>;
  #isInLine = false;

  constructor(request: ConsoleRequest) {
    this.#request = request;
  }

  of(pieces: readonly LogPiece[]): string {
    const { sinceMs = -Infinity, untilMs = Infinity, timestamps = false } = this.#request;
    return pieces
      .filter(({ from, timeMs }) => from === 'program' && timeMs >= sinceMs && timeMs <= untilMs)
      .map(({ timeMs, text }) => {
        const time = timestamps && !this.#isInLine ? `${new Date(timeMs).toISOString()} ` : '';
        this.#isInLine = !text.endsWith('\n');
        return time + text;
      })
      .join('');
  }
}

/** All of it where no start is marked: the log was begun anew when it had reached its bound. */
function sinceLastStart(pieces: readonly LogPiece[]): readonly LogPiece[] {
  return pieces.slice(pieces.findLastIndex(({ from }) => from === 'start') + 1);
}

function lastLines(text: string, count: number): string {
  const lines = text.split(/(?<=\n)/);
  return count === 0 ? '' : lines.slice(-count).join('');
}

/** The lines that are whole, each byte a character: what a program wrote may be cut in the midst of one of UTF-8's. */
async function readFrom(
  path: string,
  offset: number,
  signal: AbortSignal,
): Promise<{ readonly offset: number; readonly lines: readonly string[] }> {
  if (!existsSync(path)) return { offset, lines: [] };
  await using file = await open(path);
  const { size } = await file.stat();
  signal.throwIfAborted();
  const start = size < offset ? 0 : offset; // the log was begun anew when it had reached its bound
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
  const end = buffer.lastIndexOf('\n', bytesRead - 1) + 1;
  if (bytesRead === 0 || end === 0) return { offset: start, lines: [] };
  return { offset: start + end, lines: buffer.toString('latin1', 0, end - 1).split('\n') };
}
