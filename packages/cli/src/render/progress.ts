import type { ProgressEvent } from '@ignite/api/client/progress';
import { type LogLevel, tells } from '../arguments/log-level.ts';
import type { Io } from '../io.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 80;

/** Shows the step under way, with the seconds it takes, on a terminal; plain lines elsewhere. */
export class Progress implements Disposable {
  readonly #io: Io;
  readonly #level: LogLevel;
  #timer: NodeJS.Timeout | undefined;
  #current = '';
  #since = 0;

  constructor(io: Io, level: LogLevel) {
    this.#io = io;
    this.#level = level;
  }

  readonly report = (event: ProgressEvent): void => {
    if (event.kind === 'warning' && tells(this.#level, 'warn')) this.#line(`warning: ${event.message}`);
    else if (event.kind === 'step' && tells(this.#level, 'info')) this.#step(event.message);
  };

  /** A line that is there to be looked at when something is wrong. */
  readonly debug = (text: string): void => this.#line(`debug: ${text}`);

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#finish();
  }

  #step(message: string): void {
    if (!this.#io.isTty) return this.#line(message);
    this.#finish();
    this.#current = message;
    this.#since = Date.now();
    this.#timer ??= setInterval(() => this.#draw(), frameMs).unref();
    this.#draw();
  }

  #draw(): void {
    const frame = frames[Math.floor(Date.now() / frameMs) % frames.length];
    this.#io.err.write(`\r\u001b[K${frame} ${this.#current} ${this.#seconds()}`);
  }

  #finish(): void {
    if (this.#current === '') return;
    this.#io.err.write(`\r\u001b[K✓ ${this.#current} ${this.#seconds()}\n`);
    this.#current = '';
  }

  #seconds(): string {
    return `${((Date.now() - this.#since) / 1_000).toFixed(1)}s`;
  }

  #line(text: string): void {
    this.#finish();
    this.#io.err.write(`${text}\n`);
  }
}
