import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { type StoredToken, tokenFileSchema } from './stored-token.ts';

export type TokenErrorCode = 'TOKENS_UNREADABLE' | 'TOKEN_EXISTS' | 'TOKEN_INVALID' | 'TOKEN_NOT_FOUND';

/** The tokens of a server, in a file that only its user can read. Several processes may use it at once. */
export class TokenFile {
  readonly #dir: string;
  readonly #path: string;
  #known: { readonly stamp: string; readonly tokens: readonly StoredToken[] } | undefined;

  constructor(dir: string) {
    this.#dir = dir;
    this.#path = join(dir, 'tokens.json');
  }

  /**
   * Returns all tokens, expired ones too. The file is read again when it has changed.
   * @throws CodedError TOKENS_UNREADABLE
   */
  async list(): Promise<readonly StoredToken[]> {
    const stamp = await this.#stamp();
    if (this.#known?.stamp !== stamp) this.#known = { stamp, tokens: await this.#read() };
    return this.#known.tokens;
  }

  /** @throws CodedError TOKEN_EXISTS, TOKENS_UNREADABLE */
  async add(token: StoredToken, signal: AbortSignal): Promise<void> {
    await this.#change((tokens) => {
      if (tokens.some(({ name }) => name === token.name))
        throw new CodedError<TokenErrorCode>('TOKEN_EXISTS', `there is a token "${token.name}" already`, {
          hint: 'choose another name, or remove the other token first',
        });
      return [...tokens, token];
    }, signal);
  }

  /** @throws CodedError TOKEN_NOT_FOUND, TOKENS_UNREADABLE */
  async remove(name: string, signal: AbortSignal): Promise<void> {
    await this.#change((tokens) => {
      if (!tokens.some((token) => token.name === name))
        throw new CodedError<TokenErrorCode>('TOKEN_NOT_FOUND', `there is no token "${name}"`, {
          hint: 'see "ignite token ls" for those that there are',
        });
      return tokens.filter((token) => token.name !== name);
    }, signal);
  }

  async #change(
    change: (tokens: readonly StoredToken[]) => readonly StoredToken[],
    signal: AbortSignal,
  ): Promise<void> {
    using _lock = await acquireLock(this.#dir, 'tokens', signal);
    const tokens = change(await this.#read());
    await replaceFile(this.#path, `${JSON.stringify({ version: 1, tokens }, undefined, 2)}\n`, 0o600);
  }

  /** A write makes a new file, so that the number of the file differs even at the same time. */
  async #stamp(): Promise<string> {
    try {
      const { ino, mtimeNs, size } = await stat(this.#path, { bigint: true });
      return `${ino}-${mtimeNs}-${size}`;
    } catch (failure) {
      if (isAbsence(failure)) return '';
      throw unreadable(this.#path, failure);
    }
  }

  async #read(): Promise<readonly StoredToken[]> {
    try {
      return v.parse(tokenFileSchema, JSON.parse(await readFile(this.#path, 'utf8'))).tokens;
    } catch (failure) {
      if (isAbsence(failure)) return [];
      throw unreadable(this.#path, failure);
    }
  }
}

const isAbsence = (failure: unknown): boolean => (failure as NodeJS.ErrnoException).code === 'ENOENT';

const unreadable = (path: string, cause: unknown): CodedError =>
  new CodedError<TokenErrorCode>(
    'TOKENS_UNREADABLE',
    `the tokens in ${path} cannot be read: ${errorText(cause)}`,
    {
      hint: 'repair the file, or remove it and make new tokens',
      cause,
    },
  );
