import type { Line } from '@ignite/toolkit/line/line';
import type { ClientOperation } from '../client/progress.ts';
import { OpenCall } from './open-call.ts';

/** The lines to a server, on each of which it makes one call at a time. They are used again. */
export class CallLines implements Disposable {
  readonly #dial: (signal: AbortSignal) => Promise<Line>;
  readonly #open = new Set<Line>();
  #idle: Line[] = [];

  constructor(dial: (signal: AbortSignal) => Promise<Line>) {
    this.#dial = dial;
  }

  /** Asks the server to make a call. */
  async open(name: string, args: readonly unknown[], op: ClientOperation): Promise<OpenCall> {
    op.signal.throwIfAborted();
    const line = this.#idle.pop() ?? (await this.#dialed(op.signal));
    const call = new OpenCall(line, { name, args }, op);
    const release = (): void => {
      if (!line.closed.aborted) this.#idle.push(line);
    };
    void call.result.then(release, release);
    return call;
  }

  /** Makes a call that is answered with a value. */
  async value(name: string, args: readonly unknown[], op: ClientOperation): Promise<unknown> {
    return await (
      await this.open(name, args, op)
    ).result;
  }

  /** Makes a call that is answered with values as they come, and ends it when nobody wants more. */
  async *items(name: string, args: readonly unknown[], op: ClientOperation): AsyncGenerator {
    using call = await this.open(name, args, op);
    let rest = '';
    for await (const part of call.output.setEncoding('utf8')) {
      const lines = `${rest}${part as string}`.split('\n');
      rest = lines.pop()!;
      for (const line of lines) yield JSON.parse(line) as unknown;
    }
    await call.result;
  }

  async #dialed(signal: AbortSignal): Promise<Line> {
    const line = await this.#dial(signal);
    this.#open.add(line);
    line.closed.addEventListener('abort', () => {
      this.#open.delete(line);
      this.#idle = this.#idle.filter((each) => each !== line);
    });
    return line;
  }

  [Symbol.dispose](): void {
    for (const line of this.#open) line.close();
  }
}
