import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { textOfFile } from '@ignite/toolkit/files/text-of-file';
import * as v from 'valibot';
import { contextsDir, currentContext, currentFile, localContext } from './chosen-host.ts';

export type ContextErrorCode = 'CONTEXT_NOT_FOUND' | 'CONTEXT_TAKEN' | 'CONTEXT_INVALID';

const contextSchema = v.strictObject({
  /** The address of the host. */
  host: v.string(),
  description: v.exactOptional(v.string()),
});
export type Context = v.InferOutput<typeof contextSchema>;

/** What a host knows its user by. Each is a file of its own. */
export interface ContextCredentials {
  readonly token?: string;
  /** The authorities, the certificate and the key in PEM. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const credentialFiles = {
  token: 'token',
  ca: 'ca.pem',
  cert: 'client.pem',
  key: 'client-key.pem',
} as const satisfies Record<keyof ContextCredentials, string>;
const credentialNames = ['token', 'ca', 'cert', 'key'] as const;

/** The contexts of a user: a folder for each, which nobody else can open. */
export class ContextStore {
  readonly #env: NodeJS.ProcessEnv;
  readonly #dir: string;

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
    this.#dir = contextsDir(env);
  }

  async names(): Promise<readonly string[]> {
    const found = await readdir(this.#dir, { withFileTypes: true }).catch(
      (failure: NodeJS.ErrnoException) => {
        if (failure.code === 'ENOENT') return [];
        throw failure;
      },
    );
    return found
      .filter((entry) => entry.isDirectory() && isName(entry.name))
      .map(({ name }) => name)
      .toSorted();
  }

  /** @throws CodedError CONTEXT_NOT_FOUND, CONTEXT_INVALID */
  async read(name: string): Promise<Context> {
    const path = join(this.#folder(name), 'context.json');
    const text = await textOfFile(path);
    if (text === undefined) throw notFound(name);
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), contextSchema), text);
    if (parsed.success) return parsed.output;
    throw new CodedError<ContextErrorCode>('CONTEXT_INVALID', `${path} describes no context`, {
      hint: `remove the context with "ignite context rm ${name}", and create it anew`,
    });
  }

  async credentials(name: string): Promise<ContextCredentials> {
    const found = credentialNames.map(async (each) => {
      const text = await textOfFile(join(this.#folder(name), credentialFiles[each]));
      return text === undefined ? [] : [[each, text] as const];
    });
    return Object.fromEntries((await Promise.all(found)).flat());
  }

  /** @throws CodedError CONTEXT_TAKEN, CONTEXT_INVALID */
  async create(name: string, context: Context, credentials: ContextCredentials): Promise<void> {
    if (!isName(name) || name === localContext)
      throw new CodedError<ContextErrorCode>(
        'CONTEXT_INVALID',
        `no context can have the name ${JSON.stringify(name)}`,
        {
          hint: 'use letters, digits, dots, dashes and underscores; "default" is this host',
        },
      );
    if ((await this.names()).includes(name))
      throw new CodedError<ContextErrorCode>('CONTEXT_TAKEN', `there is a context "${name}" already`, {
        hint: `choose another name, or remove it with "ignite context rm ${name}"`,
      });
    const folder = this.#folder(name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const each of credentialNames) {
      const text = credentials[each];
      if (text !== undefined) await replaceFile(join(folder, credentialFiles[each]), text, 0o600);
    }
    // Only with this file is it a context.
    await replaceFile(join(folder, 'context.json'), `${JSON.stringify(context, null, 2)}\n`, 0o600);
  }

  /** @throws CodedError CONTEXT_NOT_FOUND */
  async use(name: string): Promise<void> {
    if (name === localContext) return await rm(currentFile(this.#env), { force: true });
    await this.read(name);
    await replaceFile(currentFile(this.#env), `${name}\n`, 0o600);
  }

  /** Removes a context with its credentials. If it was in use, commands are for this host again. */
  async remove(name: string): Promise<void> {
    if (!(await this.names()).includes(name)) throw notFound(name);
    if (currentContext(this.#env) === name) await this.use(localContext);
    await rm(this.#folder(name), { recursive: true });
  }

  #folder(name: string): string {
    if (!isName(name)) throw notFound(name);
    return join(this.#dir, name);
  }
}

const isName = (text: string): boolean => /^[a-zA-Z0-9][\w.-]{0,62}$/.test(text);

const notFound = (name: string): CodedError =>
  new CodedError<ContextErrorCode>('CONTEXT_NOT_FOUND', `there is no context "${name}"`, {
    hint: '"ignite context ls" lists them all; "ignite context create" creates one',
  });
