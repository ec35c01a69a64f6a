import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { WebSocket } from 'ws';
import type { CommandRequest } from '../resource/connector.ts';
import { TerminalSize } from '../resource/terminal-size.ts';
import type { Status } from '../response/status.ts';
import { type CommandChannels, closeMs } from './command-channels.ts';
import { terminalSizeOf } from './terminal-size-of.ts';

/**
 * The protocols in which the first byte of a message names the stream that the rest of it belongs to. The newer
 * one can end the input.
 */
export const channelProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** The streams of a command over a WebSocket. */
export class WebSocketChannels implements CommandChannels {
  readonly #socket: WebSocket;
  readonly #stdin: Readable | undefined;
  readonly #outputs: readonly Writable[];
  readonly #closed = new AbortController();
  readonly #terminal = new TerminalSize();
  readonly streams;

  constructor(socket: WebSocket, request: CommandRequest) {
    this.#socket = socket;
    const stdin = request.stdin ? new Readable({ read: () => socket.resume() }) : undefined;
    const stdout = request.stdout ? this.#output(channels.stdout) : undefined;
    const stderr = request.stderr ? this.#output(channels.stderr) : undefined;
    this.#stdin = stdin;
    this.#outputs = [stdout, stderr].filter((each) => each !== undefined);
    this.streams = {
      ...(stdin && { stdin }),
      ...(stdout && { stdout }),
      ...(stderr && { stderr }),
      terminal: this.#terminal,
    };
    socket.on('message', (message: Buffer) => this.#receive(message[0], message.subarray(1)));
    // An error is followed by the closing.
    socket.on('error', () => {});
    socket.once('close', () => this.#end());
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  async finish(status: Status): Promise<void> {
    const signal = AbortSignal.any([this.closed, AbortSignal.timeout(closeMs)]);
    for (const each of this.#outputs) each.end();
    await Promise.all(this.#outputs.map(async (each) => await finished(each, { signal })));
    await this.#send(channels.error, Buffer.from(JSON.stringify(status)));
    // The client's part of the closing comes after input that nobody reads any more.
    this.#stdin?.resume();
    this.#socket.resume();
    this.#socket.close(1000);
    if (this.#socket.readyState !== WebSocket.CLOSED) await once(this.#socket, 'close', { signal });
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }

  #receive(channel: number | undefined, bytes: Buffer): void {
    if (channel === channels.stdin && bytes.length > 0) {
      if (this.#stdin?.push(bytes) === false) this.#socket.pause();
    } else if (channel === channels.close && bytes[0] === channels.stdin) this.#stdin?.push(null);
    else if (channel === channels.resize) {
      const size = terminalSizeOf(bytes.toString());
      if (size) this.#terminal.set(size);
    }
  }

  /** A write is done when the operating system has taken it, so that nobody writes faster than the client reads. */
  #output(channel: number): Writable {
    const write = (bytes: Buffer, _encoding: unknown, done: (failure?: Error) => void): void =>
      void this.#send(channel, bytes).then(() => done(), done);
    return new Writable({ write }).on('error', () => {});
  }

  async #send(channel: number, bytes: Buffer): Promise<void> {
    const message = Buffer.concat([Buffer.of(channel), bytes]);
    await new Promise<void>((resolve, reject) =>
      this.#socket.send(message, (failure) => (failure ? reject(failure) : resolve())),
    );
  }

  #end(): void {
    this.#closed.abort();
    this.#stdin?.destroy();
    for (const each of this.#outputs) each.destroy();
  }
}
