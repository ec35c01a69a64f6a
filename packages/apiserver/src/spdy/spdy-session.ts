import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { badRequest } from '@ignite/toolkit/client/object-error';
import { type Frame, type OpenFrame, resetReasons } from './frame.ts';
import { FrameReader } from './frame-reader.ts';
import { HeaderInflater, type Headers } from './header-inflater.ts';
import { SpdyStream } from './spdy-stream.ts';
import { goAwayFrame, pingFrame, replyFrame, resetFrame } from './write-frames.ts';

/** What is done with the streams that a client opens. */
export interface StreamHandler {
  /** Pure. Tells whether a stream with these headers is accepted now. */
  isWanted(headers: Headers): boolean;
  opened(stream: SpdyStream): void;
}

/** The most streams that are open at a time. */
const mostStreams = 200;

/**
 * The server's side of a connection that speaks SPDY/3.1. Kubernetes' clients open all streams and heed no windows, so
 * this knows neither pushed streams nor flow control of its own: a stream that nobody reads makes all wait.
 */
export class SpdySession implements Disposable {
  readonly #connection: Duplex;
  readonly #handler: StreamHandler;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #closed = new AbortController();
  #lastId = 0;
  #hasReplied = false;

  constructor(connection: Duplex, handler: StreamHandler) {
    this.#connection = connection;
    this.#handler = handler;
    // An error is followed by the closing.
    connection.on('error', () => {});
    void this.#receiveAll();
  }

  /** Aborts when the connection is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /**
   * Closes the connection after what was sent. What the client still sends is taken and dropped, since otherwise the
   * operating system would drop what the client has not yet read.
   */
  async finish(withinMs: number): Promise<void> {
    if (this.closed.aborted) return;
    const signal = AbortSignal.any([this.closed, AbortSignal.timeout(withinMs)]);
    for (const stream of this.#streams.values()) stream.resume();
    await this.#send(goAwayFrame(this.#lastId));
    this.#connection.end();
    await once(this.closed, 'abort', { signal });
  }

  [Symbol.dispose](): void {
    this.#connection.destroy();
  }

  async #receiveAll(): Promise<void> {
    const frames = new FrameReader();
    using inflater = new HeaderInflater();
    try {
      for await (const bytes of this.#connection)
        for (const frame of frames.read(bytes as Buffer)) await this.#receive(frame, inflater);
    } catch {
      // Whoever does not speak SPDY is not told why he is not answered.
    }
    this.#connection.destroy();
    this.#closed.abort();
    for (const stream of this.#streams.values()) stream.destroy();
  }

  async #receive(frame: Frame, inflater: HeaderInflater): Promise<void> {
    switch (frame.type) {
      case 'open':
        return await this.#open(frame, await inflater.read(frame.block));
      case 'headers':
        await inflater.read(frame.block);
        if (frame.isLast) this.#streams.get(frame.streamId)?.receiveEnd();
        return;
      case 'data':
        await this.#streams.get(frame.streamId)?.receive(frame.bytes);
        if (frame.isLast) this.#streams.get(frame.streamId)?.receiveEnd();
        return;
      case 'reset':
        return this.#streams.get(frame.streamId)?.receiveReset();
      case 'ping':
        return await this.#send(pingFrame(frame.id));
      case 'go-away':
        return;
    }
  }

  async #open({ streamId, isLast }: OpenFrame, headers: Headers): Promise<void> {
    if (streamId % 2 === 0 || streamId <= this.#lastId)
      throw badRequest('SPDY: a stream has a number that is not new');
    this.#lastId = streamId;
    if (this.#streams.size >= mostStreams || !this.#handler.isWanted(headers))
      return await this.#send(resetFrame(streamId, resetReasons.refused));
    const stream = new SpdyStream(streamId, headers, async (frame) => await this.#send(frame));
    this.#streams.set(streamId, stream);
    stream.once('close', () => this.#streams.delete(streamId));
    const reply = replyFrame(streamId, !this.#hasReplied);
    this.#hasReplied = true;
    await this.#send(reply);
    if (isLast) stream.receiveEnd();
    this.#handler.opened(stream);
  }

  async #send(frame: Buffer): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.#connection.write(frame, (failure) => (failure ? reject(failure) : resolve())),
    );
  }
}
