import type { ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import { type Command, ToolFailedError } from './runner.ts';
import { spawnFailure, spawnTool, unstarted } from './spawn-tool.ts';

const stderrLimit = 65_536;

/**
 * A connection through the standard streams of a tool, which HTTP takes for one of the network. The tool is ended with
 * it. It has a session of its own, so that ^C does not reach it.
 */
export class ToolConnection extends Duplex {
  readonly #child: ChildProcess;
  #silence: NodeJS.Timeout | undefined;

  constructor(command: Command) {
    super();
    const child = spawnTool(command, ['pipe', 'pipe', 'pipe']);
    this.#child = child;
    let stderr = '';
    child.stderr!.on('data', (part: Buffer) => {
      if (stderr.length < stderrLimit) stderr += part.toString();
    });
    child.stdin!.on('error', () => {}); // the exit status tells why nobody reads
    child.stdin!.on('drain', () => this.emit('taken'));
    child.stdout!.on('data', (part: Buffer) => {
      this.#silence?.refresh();
      if (!this.push(part)) child.stdout!.pause();
    });
    child.once('error', (failure) => this.destroy(spawnFailure(failure)));
    child.once('close', (code) => {
      if (code === 0) this.push(null);
      else
        this.destroy(
          unstarted(command, code, stderr) ?? new ToolFailedError(command, code, { stdout: '', stderr }),
        );
    });
  }

  override _read(): void {
    this.#child.stdout!.resume();
  }

  override _write(part: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#silence?.refresh();
    if (this.#child.stdin!.write(part)) done();
    else this.once('taken', done);
  }

  override _final(done: () => void): void {
    this.#child.stdin!.end(done);
  }

  override _destroy(failure: Error | null, done: (failure: Error | null) => void): void {
    this.setTimeout(0);
    this.#child.kill();
    done(failure);
  }

  /** Emits `timeout` when nothing was sent or received for some time, as a socket does. Zero ends that. */
  setTimeout(silenceMs: number, onTimeout?: () => void): this {
    clearTimeout(this.#silence);
    this.#silence = silenceMs > 0 ? setTimeout(() => this.emit('timeout'), silenceMs).unref() : undefined;
    if (onTimeout) this.once('timeout', onTimeout);
    return this;
  }

  // HTTP asks these of a socket. Whether the other side is alive, its tool finds out.
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
