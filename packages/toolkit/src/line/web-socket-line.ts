import type { WebSocket } from 'ws';
import type { Line } from './line.ts';

/** How often the other side must show that it is there, in milliseconds. */
const probeMs = 30_000;

/** A line over a WebSocket. It closes when the other side shows no life. */
export class WebSocketLine implements Line {
  readonly #socket: WebSocket;
  readonly #closing = new AbortController();
  #waiting: (string | Buffer)[] = [];
  #onMessage: ((message: string | Buffer) => void) | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = 'nodebuffer';
    socket.on('message', (data: Buffer, isBinary) => this.#deliver(isBinary ? data : data.toString('utf8')));
    socket.on('error', (failure) => this.#closing.abort(failure));
    let probes: Disposable | undefined;
    const onOpen = (): void => void (probes = this.#probe());
    if (socket.readyState === socket.CONNECTING) socket.once('open', onOpen);
    else onOpen();
    socket.once('close', (_code, reason) => {
      probes?.[Symbol.dispose]();
      this.#closing.abort(new Error(reason.toString('utf8') || 'the connection was closed'));
    });
  }

  get backlog(): number {
    return this.#socket.bufferedAmount;
  }

  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  send(message: string | Uint8Array): void {
    // A message that cannot be sent closes the socket, which everybody learns from `closed`.
    this.#socket.send(message, () => {});
  }

  receive(onMessage: (message: string | Buffer) => void): void {
    this.#onMessage = onMessage;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) onMessage(message);
  }

  close(): void {
    this.#socket.close();
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #deliver(message: string | Buffer): void {
    if (this.#onMessage) this.#onMessage(message);
    else this.#waiting.push(message);
  }

  #probe(): Disposable {
    let isAlive = true;
    this.#socket.on('pong', () => (isAlive = true));
    const timer = setInterval(() => {
      if (!isAlive) this.#socket.terminate();
      isAlive = false;
      this.#socket.ping(() => {});
    }, probeMs).unref();
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }
}
