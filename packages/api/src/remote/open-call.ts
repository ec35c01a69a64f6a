import type { ClientOperation } from '../client/progress.ts';
import type { WindowSize } from '../client/vm-streams.ts';
import { IncomingChannel, OutgoingChannel } from '@ignite/toolkit/line/channel';
import type { Line } from '@ignite/toolkit/line/line';
import { type ClientMessage, type ServerMessage, channels } from './messages.ts';
import { failureOf } from './told-failure.ts';
import { ObjectError } from '@ignite/toolkit/client/object-error';

/**
 * A call that a server makes for us. Its output and errors must be read, or it waits. It is aborted if it is not over
 * when nobody wants more of it.
 */
export class OpenCall implements Disposable {
  readonly output: IncomingChannel;
  readonly errors: IncomingChannel;
  readonly input: OutgoingChannel;
  /** Resolves with what the call has connected us with, and rejects if it fails before. */
  readonly opened: Promise<unknown>;
  /** Resolves with the answer. */
  readonly result: Promise<unknown>;
  readonly #line: Line;
  readonly #opened = Promise.withResolvers<unknown>();
  readonly #result = Promise.withResolvers<unknown>();
  readonly #op: ClientOperation;
  #isOver = false;
  readonly #onAbort = (): void => this.#say({ type: 'abort' });
  readonly #onClosed = (): void => {
    const cause: unknown = this.#line.closed.reason;
    this.#fail(new ObjectError('SERVER_UNREACHABLE', 'the connection with the server was lost', { cause }));
  };

  constructor(
    line: Line,
    call: { readonly name: string; readonly args: readonly unknown[] },
    op: ClientOperation,
  ) {
    this.#line = line;
    this.#op = op;
    const incoming = (channel: number): IncomingChannel =>
      new IncomingChannel((bytes) => {
        // What is read after the end is none of the next call, which has the same line.
        if (!this.#isOver) this.#say({ type: 'taken', channel, bytes });
      });
    this.output = incoming(channels.output);
    this.errors = incoming(channels.errors);
    this.input = new OutgoingChannel(channels.input, (message) => line.send(message));
    for (const stream of [this.output, this.errors, this.input]) stream.on('error', () => {});
    this.opened = this.#opened.promise;
    this.result = this.#result.promise;
    for (const each of [this.opened, this.result]) each.catch(() => {});
    line.closed.addEventListener('abort', this.#onClosed, { once: true });
    op.signal.addEventListener('abort', this.#onAbort, { once: true });
    line.receive((message) => this.#receive(message));
    this.#say({ type: 'call', name: call.name, args: [...call.args] });
    if (line.closed.aborted) this.#onClosed();
  }

  resize({ rows, columns }: WindowSize): void {
    this.#say({ type: 'resize', rows, columns });
  }

  [Symbol.dispose](): void {
    if (!this.#isOver) this.#onAbort();
  }

  #receive(message: string | Buffer): void {
    if (typeof message === 'string')
      this.#hear(JSON.parse(message) as ServerMessage); // a server is believed
    else if (message[0] === channels.output) this.output.receive(message.subarray(1));
    else if (message[0] === channels.errors) this.errors.receive(message.subarray(1));
  }

  #hear(message: ServerMessage): void {
    switch (message.type) {
      case 'progress':
        return this.#op.report(message.event);
      case 'opened':
        return this.#opened.resolve(message.about);
      case 'taken':
        return void this.input.taken(message.bytes);
      case 'result':
        this.#end();
        this.#opened.resolve(undefined);
        return this.#result.resolve(message.value);
      case 'failure':
        return this.#fail(failureOf(message.failure));
    }
  }

  #fail(failure: unknown): void {
    this.#end();
    const reason: unknown = this.#op.signal.aborted ? this.#op.signal.reason : failure;
    this.#opened.reject(reason);
    this.#result.reject(reason);
    for (const stream of [this.output, this.errors]) stream.receive(Buffer.of());
  }

  #end(): void {
    this.#isOver = true;
    this.#op.signal.removeEventListener('abort', this.#onAbort);
    this.#line.closed.removeEventListener('abort', this.#onClosed);
    this.input.destroy();
  }

  #say(message: ClientMessage): void {
    this.#line.send(JSON.stringify(message));
  }
}
