import { mkdir, open, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { realPathOf } from '@ignite/toolkit/files/real-path';
import { type FileOwner, replaceFile } from '@ignite/toolkit/files/replace-file';
import { textOfFile } from '@ignite/toolkit/files/text-of-file';
import { type Document, isMap, isSeq, parse, parseDocument } from 'yaml';

export type UserKubeconfigErrorCode = 'USER_KUBECONFIG_INVALID' | 'USER_KUBECONFIG_LOCKED';

/** The name of the extension by which a context of ours is known. */
const mark = 'ignite';

interface Named {
  readonly name: string;
}

interface Kubeconfig {
  readonly clusters: readonly (Named & { readonly cluster: unknown })[];
  readonly users: readonly (Named & { readonly user: unknown })[];
}

const lists = ['clusters', 'contexts', 'users'] as const;

/** Returns the path of the file that kubectl writes to. */
export const userKubeconfigPath = (env: NodeJS.ProcessEnv): string =>
  (env['KUBECONFIG'] ?? '').split(delimiter).find((path) => path !== '') ??
  join(env['HOME'] ?? homedir(), '.kube/config');

/**
 * Makes a cluster a context of the user, and the current one. Resolves with whether it is one: a context of this name that is
 * somebody else's stays as it is.
 * @param cluster the full name of the cluster, by which the context is known again
 * @throws CodedError USER_KUBECONFIG_INVALID, USER_KUBECONFIG_LOCKED
 */
export async function addContext(
  path: string,
  added: { readonly context: string; readonly cluster: string; readonly kubeconfig: string },
  waitMs?: number,
): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return await edit(path, (text) => withContext(text, added), waitMs);
}

/**
 * Takes the context of a cluster out again, if there is one.
 * @throws CodedError USER_KUBECONFIG_INVALID, USER_KUBECONFIG_LOCKED
 */
export async function removeContext(
  path: string,
  of: { readonly context: string; readonly cluster: string },
  waitMs?: number,
): Promise<boolean> {
  const change = (text: string): string | undefined => withoutContext(text, of);
  if (change((await textOfFile(path)) ?? '') === undefined) return false;
  return await edit(path, change, waitMs);
}

/**
 * Changes a kubeconfig while nobody else does. A link stays one, and a file stays its owner's.
 * @param change returns what the file is to be, `undefined` if it stays as it is
 */
async function edit(
  path: string,
  change: (text: string) => string | undefined,
  waitMs = 10_000,
): Promise<boolean> {
  await using _lock = await lock(path, waitMs);
  const next = change((await textOfFile(path)) ?? '');
  if (next === undefined) return false;
  const place = (await realPathOf(path)) ?? path;
  await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  await replaceFile(place, next, 0o600, await ownerOfFile(place));
  return true;
}

/** Takes the lock of kubectl, which is a file that is there as long as somebody writes. */
async function lock(path: string, waitMs: number): Promise<AsyncDisposable> {
  const lockPath = `${path}.lock`;
  const end = performance.now() + waitMs;
  for (;;)
    try {
      await (await open(lockPath, 'wx', 0o600)).close();
      return { [Symbol.asyncDispose]: async () => await rm(lockPath, { force: true }) };
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code !== 'EEXIST') throw failure;
      if (performance.now() >= end)
        throw new CodedError<UserKubeconfigErrorCode>(
          'USER_KUBECONFIG_LOCKED',
          `your kubeconfig stays as it is, since ${lockPath} says that somebody is writing it`,
          { hint: `if nobody is, remove ${lockPath}` },
        );
      await sleep(50);
    }
}

/** Only root can write to the file of somebody else. */
async function ownerOfFile(path: string): Promise<FileOwner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return await stat(path).catch((failure: NodeJS.ErrnoException) => {
    if (failure.code === 'ENOENT') return undefined;
    throw failure;
  });
}

/** Pure. Returns the text of a kubeconfig with another context; `undefined` if somebody else's has its name. */
export function withContext(
  text: string,
  {
    context: name,
    cluster,
    kubeconfig,
  }: { readonly context: string; readonly cluster: string; readonly kubeconfig: string },
): string | undefined {
  const document = read(text);
  const known = lists.some((list) => indexOf(document, list, name) !== -1);
  if (known && ownerOf(document, name) !== cluster) return undefined;
  const { clusters, users } = parse(kubeconfig) as Kubeconfig;
  const extension = { name: mark, extension: { cluster } };
  return changed(document, () => {
    put(document, 'clusters', { name, cluster: clusters[0]?.cluster });
    put(document, 'users', { name, user: users[0]?.user });
    put(document, 'contexts', { name, context: { cluster: name, user: name, extensions: [extension] } });
    document.set('current-context', name);
  });
}

/** Pure. Returns the text of a kubeconfig without the context of a cluster; `undefined` if it has none. */
export function withoutContext(
  text: string,
  { context: name, cluster }: { readonly context: string; readonly cluster: string },
): string | undefined {
  const document = read(text);
  if (ownerOf(document, name) !== cluster) return undefined;
  return changed(document, () => {
    for (const list of lists) {
      const at = indexOf(document, list, name);
      if (at !== -1) document.deleteIn([list, at]);
    }
    if (document.get('current-context') === name) document.set('current-context', '');
  });
}

function read(text: string): Document {
  const document = parseDocument(
    text.trim() === '' ? 'apiVersion: v1\nkind: Config\npreferences: {}\n' : text,
  );
  const isWhole =
    document.errors.length === 0 &&
    isMap(document.contents) &&
    isResolved(document) &&
    lists.every(
      (list) => [undefined, null].includes(document.get(list) as null) || isSeq(document.get(list)),
    );
  if (!isWhole) throw invalid('your kubeconfig cannot be read, and stays as it is');
  return document;
}

function isResolved(document: Document): boolean {
  try {
    document.toJS();
    return true;
  } catch {
    return false;
  }
}

/** Returns the text of a document with a change. An entry that is left may be an alias of what was in one that is changed. */
function changed(document: Document, change: () => void): string {
  try {
    change();
    return document.toString({ lineWidth: 0 });
  } catch (cause) {
    throw invalid('your kubeconfig has aliases of what would be changed, and stays as it is', cause);
  }
}

const invalid = (message: string, cause?: unknown): CodedError<UserKubeconfigErrorCode> =>
  new CodedError('USER_KUBECONFIG_INVALID', message, {
    hint: 'mend it, or leave it out: "ignite cluster kubeconfig NAME > FILE"',
    cause,
  });

/** Returns the cluster of ours to which a context belongs. */
function ownerOf(document: Document, name: string): string | undefined {
  const all = (document.toJS() as { readonly contexts?: readonly unknown[] | null }).contexts ?? [];
  const found = all.find((each) => nameOf(each) === name) as
    | {
        readonly context?: {
          readonly extensions?: readonly (Named & { readonly extension?: { readonly cluster?: unknown } })[];
        };
      }
    | undefined;
  const owner = found?.context?.extensions?.find((each) => each.name === mark)?.extension?.cluster;
  return typeof owner === 'string' ? owner : undefined;
}

function put(
  document: Document,
  list: (typeof lists)[number],
  entry: Named & Readonly<Record<string, unknown>>,
): void {
  const at = indexOf(document, list, entry.name);
  if (at !== -1) document.setIn([list, at], document.createNode(entry));
  else if (isSeq(document.get(list))) document.addIn([list], document.createNode(entry));
  else document.set(list, document.createNode([entry]));
}

function indexOf(document: Document, list: (typeof lists)[number], name: string): number {
  const all =
    (document.toJS() as Readonly<Record<string, readonly unknown[] | null | undefined>>)[list] ?? [];
  return all.findIndex((each) => nameOf(each) === name);
}

const nameOf = (entry: unknown): unknown =>
  typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined;
