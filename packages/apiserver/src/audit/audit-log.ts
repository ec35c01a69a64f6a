import { appendFileSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { namesIn } from '@ignite/toolkit/files/names-in';
import type { AuditEvent } from './audit-event.ts';

export interface AuditLogOptions {
  readonly path: string;
  /** The size from which on a new file is begun. */
  readonly maxBytes: number;
  /** The number of files that are kept beside the current one. */
  readonly maxFiles: number;
}

/** Writes events into a file that only its owner can read, one in a line, and begins a new file in time. */
export class AuditLog implements AsyncDisposable {
  readonly #options: AuditLogOptions;
  #lines: string[] = [];
  #writing: Promise<void> | undefined;
  #file: { readonly handle: FileHandle; bytes: number } | undefined;

  constructor(options: AuditLogOptions) {
    this.#options = options;
  }

  /** Resolves once the event is in the file. Events that come while others are written are written at once. */
  async write(event: AuditEvent): Promise<void> {
    this.#lines.push(`${JSON.stringify(event)}\n`);
    this.#writing ??= this.#writeAll();
    await this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    await this.#file?.handle.close();
    this.#file = undefined;
  }

  async #writeAll(): Promise<void> {
    try {
      // Those who come in the same turn are written together.
      await Promise.resolve();
      while (this.#lines.length > 0) {
        const text = this.#lines.join('');
        this.#lines = [];
        await this.#append(text);
      }
    } finally {
      this.#writing = undefined;
    }
  }

  async #append(text: string): Promise<void> {
    const file = await this.#openFor(Buffer.byteLength(text));
    appendFileSync(file.handle.fd, text); // into the cache of the system, which takes less than to have it done elsewhere
    file.bytes += Buffer.byteLength(text);
  }

  async #openFor(bytes: number): Promise<{ readonly handle: FileHandle; bytes: number }> {
    const { path, maxBytes } = this.#options;
    this.#file ??= await opened(path);
    if (this.#file.bytes === 0 || this.#file.bytes + bytes <= maxBytes) return this.#file;
    await this.#file.handle.close();
    this.#file = undefined;
    await rotate(this.#options);
    this.#file = await opened(path);
    return this.#file;
  }
}

async function opened(path: string): Promise<{ readonly handle: FileHandle; bytes: number }> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(path, 'a', 0o600);
  const { size } = await handle.stat();
  return { handle, bytes: size };
}

/** Renames the file after the time, and removes the oldest ones. */
async function rotate({ path, maxFiles }: AuditLogOptions): Promise<void> {
  const [dir, prefix] = [dirname(path), `${basename(path)}.`];
  const stamp = new Date().toISOString().replaceAll(':', '-');
  const before = (await namesIn(dir)).filter((name) => name.startsWith(prefix)).toSorted();
  const sameTime = before.filter((name) => name.startsWith(`${prefix}${stamp}`)).length;
  const renamed = `${prefix}${stamp}-${String(sameTime).padStart(6, '0')}`;
  await rename(path, join(dir, renamed));
  const surplus = [...before, renamed].slice(0, -maxFiles);
  await Promise.all(surplus.map((name) => rm(join(dir, name), { force: true })));
}
