import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogPart, LogsRequest } from '@ignite/api/client/vm-client';
import { type LogPiece, readLogLine } from '../../tools/sandbox/console-log.ts';

const followPollMs = 200;

export interface ConsoleRequest extends Omit<LogsRequest, 'follow'> {
  readonly path: string;
  /**
   * Whether the output was written to a terminal. Its lines end with a carriage return, which is left out.
   */
  readonly isTerminal: boolean;
  /** Reading goes on while this resolves to true. */
  readonly follow: () => Promise<boolean>;
}

/** Yields the console output of a VM so far, and then its new output as it arrives. */
export async function* readConsole(request: ConsoleRequest, signal: AbortSignal): AsyncGenerator<LogPart> {
  const shown = new ShownText(request);
  let offset = 0;
  let first = true;
  for (;;) {
    const goesOn = await request.follow();
    const read = await readFrom(request.path, offset, signal);
    offset = read.offset;
    const pieces = read.lines.map(readLogLine).filter((piece) => piece !== undefined);
    const all = shown.of(first && !request.allStarts ? sinceLastStart(pieces) : pieces);
    yield* joined(first && request.tail !== undefined ? lastLines(all, request.tail) : all);
    first = false;
    if (!goesOn) return;
    await delay(followPollMs, undefined, { signal });
  }
}

interface ShownPiece {
  readonly stream: LogPart['stream'];
  readonly text: string;
}

/** Selects the requested pieces of a log, and formats them for printing. */
class ShownText {
  readonly #request: Pick<ConsoleRequest, 'sinceMs' | 'untilMs' | 'timestamps' | 'isTerminal'>;
  readonly #inLine = new Set<LogPart['stream']>();

  constructor(request: ConsoleRequest) {
    this.#request = request;
  }

  of(pieces: readonly LogPiece[]): readonly ShownPiece[] {
    return pieces.flatMap((piece) => this.#shown(piece));
  }

  #shown({ timeMs, from: stream, text }: LogPiece): readonly ShownPiece[] {
    const { sinceMs = -Infinity, untilMs = Infinity, timestamps = false, isTerminal } = this.#request;
    if (stream === 'start' || timeMs < sinceMs || timeMs > untilMs) return [];
    const time = timestamps && !this.#inLine.has(stream) ? `${new Date(timeMs).toISOString()} ` : '';
    if (text.endsWith('\n')) this.#inLine.delete(stream);
    else this.#inLine.add(stream);
    return [{ stream, text: time + (isTerminal ? text.replace(/\r$|\r(?=\n$)/, '') : text) }];
  }
}

/** Joins neighbouring pieces of the same stream. */
function* joined(pieces: readonly ShownPiece[]): Generator<LogPart> {
  for (let at = 0; at < pieces.length;) {
    const { stream } = pieces[at]!;
    let end = at + 1;
    while (pieces[end]?.stream === stream) end += 1;
    const text = pieces
      .slice(at, end)
      .map((piece) => piece.text)
      .join('');
    yield { stream, bytes: Buffer.from(text, 'latin1') };
    at = end;
  }
}

/**
 * Returns the pieces since the last start. It returns all pieces if none marks a start, because the log began
 * anew when it reached its size limit.
 */
function sinceLastStart(pieces: readonly LogPiece[]): readonly LogPiece[] {
  return pieces.slice(pieces.findLastIndex(({ from }) => from === 'start') + 1);
}

/** Returns the pieces of the `count` lines that began last. */
function lastLines(pieces: readonly ShownPiece[], count: number): readonly ShownPiece[] {
  let begun = 0;
  const lineOf = new Map<LogPart['stream'], number>();
  const lines = pieces.map(({ stream, text }) => {
    const line = lineOf.get(stream) ?? (begun += 1);
    if (text.endsWith('\n')) lineOf.delete(stream);
    else lineOf.set(stream, line);
    return line;
  });
  return pieces.filter((_, at) => lines[at]! > begun - count);
}

/**
 * Returns the complete lines after `offset`, with one character for each byte. A program's output may be cut
 * in the middle of a UTF-8 character.
 */
async function readFrom(
  path: string,
  offset: number,
  signal: AbortSignal,
): Promise<{ readonly offset: number; readonly lines: readonly string[] }> {
  if (!existsSync(path)) return { offset, lines: [] };
  await using file = await open(path);
  const { size } = await file.stat();
  signal.throwIfAborted();
  const start = size < offset ? 0 : offset; // the log began anew when it reached its size limit
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
  const end = buffer.lastIndexOf('\n', bytesRead - 1) + 1;
  if (bytesRead === 0 || end === 0) return { offset: start, lines: [] };
  return { offset: start + end, lines: buffer.toString('latin1', 0, end - 1).split('\n') };
}
