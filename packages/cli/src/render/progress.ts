import type { ProgressEvent } from '@ignite/api/client/progress';
import type { Io } from '../io.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 80;

/** Shows the step under way, with the seconds it takes, on a terminal; plain lines elsewhere. */
export class Progress implements Disposable {
  readonly #io: Io;
  readonly #quiet: boolean;
  #timer: NodeJS.Timeout | undefined;
  #current = '';
  #since = 0;

  constructor(io: Io, quiet: boolean) {
    this.#io = io;
    this.#quiet = quiet;
  }

  readonly report = (event: ProgressEvent): void => {
    if (event.kind === 'warning') this.#line(`warning: ${event.message}`);
    else if (event.kind === 'step' && !this.#quiet) this.#step(event.message);
  };

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
