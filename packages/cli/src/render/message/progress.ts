import type { ProgressEvent } from '@ignite/api/client/progress';
import { bytes, humanBytes } from '@ignite/toolkit/units/bytes';
import { type LogLevel, tells } from '../../arguments/log-level.ts';
import type { Io } from '../../io.ts';
import { forTerminal, printable } from '@ignite/toolkit/text/printable';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 80;

/** Shows the step under way, with the seconds it takes, on a terminal; plain lines elsewhere. */
export class Progress implements Disposable {
  readonly #io: Io;
  readonly #level: LogLevel;
  #timer: NodeJS.Timeout | undefined;
  #current = '';
  #since = 0;
  /** What of the step under way has been carried so far. */
  #transferred: string | undefined;

  constructor(io: Io, level: LogLevel) {
    this.#io = io;
    this.#level = level;
  }

  readonly report = (event: ProgressEvent): void => {
    if (event.kind === 'warning' && tells(this.#level, 'warn')) this.#line(`warning: ${event.message}`);
    else if (event.kind === 'step' && tells(this.#level, 'info')) this.#step(event.message);
    else if (event.kind === 'transfer' && tells(this.#level, 'info') && this.#io.isTty) this.#transfer(event);
  };

  /** What a person may want to know, and what stops nobody. */
  readonly note = (text: string): void => {
    if (tells(this.#level, 'info')) this.#line(`note: ${text}`);
  };

  /** A line that is there to be looked at when something is wrong. */
  readonly debug = (text: string): void => this.#line(`debug: ${text}`);

  /** Runs the work whose steps are reported. If it fails, the step under way is marked so. */
  async follow<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (failure) {
      this.#finish('✗');
      throw failure;
    }
  }

  [Symbol.dispose](): void {
    this.end();
  }

  /** Ends the line of the step under way: someone else has the terminal from here on. */
  readonly end = (): void => {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#finish();
  };

  #step(message: string): void {
    if (!this.#io.isTty) return this.#line(message);
    this.#finish();
    this.#current = printable(message);
    this.#since = Date.now();
    this.#timer ??= setInterval(() => this.#draw(), frameMs).unref();
    this.#draw();
  }

  #transfer({ what, done, total }: ProgressEvent & { readonly kind: 'transfer' }): void {
    if (printable(what) !== this.#current) this.#step(what);
    this.#transferred = `${humanBytes(bytes(done))}${total === undefined ? '' : ` of ${humanBytes(bytes(total))}`} `;
  }

  #draw(): void {
    const frame = frames[Math.floor(Date.now() / frameMs) % frames.length];
    const line = `${frame} ${this.#current} ${this.#transferred ?? ''}${this.#seconds()}`;
    // DECAWM of the VT100: a line that is longer than the terminal is wide ends at its edge, so that it can be drawn over.
    this.#io.err.write(forTerminal`\r\u001b[K\u001b[?7l${line}\u001b[?7h`);
  }

  #finish(mark = '✓'): void {
    if (this.#current === '') return;
    const line = `${mark} ${this.#current} ${this.#transferred ?? ''}${this.#seconds()}`;
    this.#io.err.write(forTerminal`\r\u001b[K${line}\n`);
    this.#current = '';
    this.#transferred = undefined;
  }

  #seconds(): string {
    return `${((Date.now() - this.#since) / 1_000).toFixed(1)}s`;
  }

  #line(text: string): void {
    this.#finish();
    this.#io.err.write(`${printable(text)}\n`);
  }
}
