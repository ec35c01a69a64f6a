import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { textOfFileSync } from '../../files/text-of-file-sync.ts';
import { keyFileInvalid } from './encryption-error.ts';
import type { KeyRing, SealingKey } from './sealing-key.ts';

const keyBytes = 32;
const privateMode = 0o600;

/**
 * Keys in a file that only its owner may read: one in each line, its name before it, and the current one
 * first. Who puts a new line first has what is written from then on encrypted with the new key.
 */
export class KeyFile implements KeyRing {
  readonly place: string;
  #known: readonly SealingKey[] = [];

  constructor(path: string) {
    this.place = path;
  }

  /** @throws CodedError KEY_FILE_INVALID */
  current(): SealingKey {
    if (this.#read().length === 0) makeKeyFile(this.place);
    const [first] = this.#read();
    if (!first) throw keyFileInvalid(this.place);
    return first;
  }

  /** @throws CodedError KEY_FILE_INVALID */
  find(id: string): SealingKey | undefined {
    const named = (key: SealingKey): boolean => key.id === id;
    return this.#known.find(named) ?? this.#read().find(named);
  }

  #read(): readonly SealingKey[] {
    this.#known = keysIn(textOfFileSync(this.place), this.place);
    return this.#known;
  }
}

/** Pure. @throws CodedError KEY_FILE_INVALID */
function keysIn(text: string | undefined, path: string): readonly SealingKey[] {
  if (text === undefined) return [];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) throw keyFileInvalid(path);
  return lines.map((line) => {
    const [id = '', encoded = '', ...more] = line.trim().split(/\s+/);
    const bytes = Buffer.from(encoded, 'base64');
    if (bytes.length !== keyBytes || more.length > 0) throw keyFileInvalid(path);
    return { id, bytes };
  });
}

/** Makes a file with one key. It appears complete and durable, and of two processes one makes it. */
function makeKeyFile(path: string): void {
  const draft = `${path}.${randomBytes(8).toString('hex')}.draft`;
  try {
    const line = `${randomBytes(4).toString('hex')} ${randomBytes(keyBytes).toString('base64')}\n`;
    withFile(draft, 'wx', (file) => writeSync(file, line));
    linkSync(draft, path);
    withFile(dirname(path), 'r', () => {});
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'EEXIST') throw failure; // another process was faster
  } finally {
    rmSync(draft, { force: true });
  }
}

function withFile(path: string, flags: string, work: (file: number) => unknown): void {
  const file = openSync(path, flags, privateMode);
  try {
    work(file);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
