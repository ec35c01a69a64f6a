import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { CommandRequest, CommandStreams } from '../resource/connector.ts';
import { TerminalSize } from '../resource/terminal-size.ts';
import type { Status } from '../response/status.ts';
import { SpdySession } from '../spdy/spdy-session.ts';
import type { SpdyStream } from '../spdy/spdy-stream.ts';
import { acceptSpdy } from './accept-spdy.ts';
import { type CommandChannels, closeMs } from './command-channels.ts';
import { terminalSizeOf } from './terminal-size-of.ts';
import type { Upgrade } from './upgrade.ts';

/** The protocols in which a header of a stream says what it is. The newest tells exit codes, the third sizes of terminals. */
const channelProtocols = [
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
] as const;
type Protocol = (typeof channelProtocols)[number];

const streamTypes = ['stdin', 'stdout', 'stderr', 'resize', 'error'] as const;
type StreamType = (typeof streamTypes)[number];

/** The time in which a client must open its streams, in milliseconds. */
const openMs = 30_000;
const longestSize = 1_024;

/**
 * Goes on with SPDY, and resolves once the client has opened all streams of a command.
 * @throws ObjectError BAD_REQUEST
 */
export async function openSpdyChannels(upgrade: Upgrade, request: CommandRequest): Promise<CommandChannels> {
  const protocol = acceptSpdy(upgrade, channelProtocols);
  const missing = new Set(streamsOf(request, protocol));
  const streams = new Map<StreamType, SpdyStream>();
  const { promise: complete, resolve } = Promise.withResolvers<void>();
  using owned = new DisposableStack();
  const session = owned.use(
    new SpdySession(upgrade.socket, {
      isWanted: (headers) => missing.has(headers.get('streamtype') as StreamType),
      opened: (stream) => {
        const type = stream.headers.get('streamtype') as StreamType;
        missing.delete(type);
        streams.set(type, stream);
        if (missing.size === 0) resolve();
      },
    }),
  );
  const late = AbortSignal.any([session.closed, AbortSignal.timeout(openMs)]);
  await Promise.race([complete, once(late, 'abort')]);
  late.throwIfAborted();
  owned.move();
  return new SpdyChannels(session, streams, protocol);
}

/** Pure. Returns the streams that a client opens. */
const streamsOf = (request: CommandRequest, protocol: Protocol): readonly StreamType[] =>
  streamTypes.filter((type) => {
    if (type === 'error') return true;
    if (type === 'resize') return request.tty && channelProtocols.indexOf(protocol) < 2;
    return request[type];
  });

/** The streams of a command over SPDY. */
class SpdyChannels implements CommandChannels {
  readonly #session: SpdySession;
  readonly #streams: ReadonlyMap<StreamType, SpdyStream>;
  readonly #protocol: Protocol;
  readonly streams: CommandStreams;

  constructor(session: SpdySession, streams: ReadonlyMap<StreamType, SpdyStream>, protocol: Protocol) {
    this.#session = session;
    this.#streams = streams;
    this.#protocol = protocol;
    const [stdin, stdout, stderr] = [streams.get('stdin'), streams.get('stdout'), streams.get('stderr')];
    const terminal = new TerminalSize();
    const resize = streams.get('resize');
    if (resize) readSizes(resize, terminal);
    this.streams = {
      ...(stdin && { stdin }),
      ...(stdout && { stdout }),
      ...(stderr && { stderr }),
      terminal,
    };
  }

  get closed(): AbortSignal {
    return this.#session.closed;
  }

  async finish(status: Status): Promise<void> {
    const signal = AbortSignal.any([this.closed, AbortSignal.timeout(closeMs)]);
    const told = this.#protocol === 'v4.channel.k8s.io' ? JSON.stringify(status) : status.message;
    const error = this.#streams.get('error')!;
    const outputs = [this.#streams.get('stdout'), this.#streams.get('stderr')];
    await Promise.all(outputs.map(async (each) => each && (await ended(each, signal))));
    if (told !== undefined) error.write(told);
    await ended(error, signal);
    this.#streams.get('stdin')?.end();
    await this.#session.finish(closeMs);
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }
}

async function ended(stream: SpdyStream, signal: AbortSignal): Promise<void> {
  stream.end();
  await finished(stream, { signal, readable: false });
}

/** Reads sizes of a terminal, each in a line. */
function readSizes(lines: Readable, terminal: TerminalSize): void {
  let rest = '';
  lines.setEncoding('utf8');
  lines.on('data', (text: string) => {
    const [last = '', ...whole] = `${rest}${text}`.split('\n').reverse();
    rest = last.slice(0, longestSize);
    const size = terminalSizeOf(whole[0] ?? '');
    if (size) terminal.set(size);
  });
}
