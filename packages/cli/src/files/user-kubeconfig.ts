import { mkdir, readFile, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { type Document, isMap, isSeq, parse, parseDocument } from 'yaml';

export type UserKubeconfigErrorCode = 'USER_KUBECONFIG_INVALID';

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
 * @throws CodedError USER_KUBECONFIG_INVALID
 */
export async function addContext(
  path: string,
  {
    context,
    cluster,
    kubeconfig,
  }: { readonly context: string; readonly cluster: string; readonly kubeconfig: string },
): Promise<boolean> {
  const old = await readText(path);
  const next = withContext(old ?? '', { context, cluster, kubeconfig });
  if (next === undefined) return false;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await replaceFile(await realOf(path), next, 0o600);
  return true;
}

/** Takes the context of a cluster out again, if there is one. @throws CodedError USER_KUBECONFIG_INVALID */
export async function removeContext(
  path: string,
  of: { readonly context: string; readonly cluster: string },
): Promise<boolean> {
  const old = await readText(path);
  const next = old === undefined ? undefined : withoutContext(old, of);
  if (next === undefined) return false;
  await replaceFile(await realOf(path), next, 0o600);
  return true;
}

/** A link stays one. */
const realOf = async (path: string): Promise<string> => await realpath(path).catch(() => path);

async function readText(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((failure: NodeJS.ErrnoException) => {
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
  put(document, 'clusters', { name, cluster: clusters[0]?.cluster });
  put(document, 'users', { name, user: users[0]?.user });
  put(document, 'contexts', { name, context: { cluster: name, user: name, extensions: [extension] } });
  document.set('current-context', name);
  return document.toString({ lineWidth: 0 });
}

/** Pure. Returns the text of a kubeconfig without the context of a cluster; `undefined` if it has none. */
export function withoutContext(
  text: string,
  { context: name, cluster }: { readonly context: string; readonly cluster: string },
): string | undefined {
  const document = read(text);
  if (ownerOf(document, name) !== cluster) return undefined;
  for (const list of lists) {
    const at = indexOf(document, list, name);
    if (at !== -1) document.deleteIn([list, at]);
  }
  if (document.get('current-context') === name) document.set('current-context', '');
  return document.toString({ lineWidth: 0 });
}

function read(text: string): Document {
  const document = parseDocument(
    text.trim() === '' ? 'apiVersion: v1\nkind: Config\npreferences: {}\n' : text,
  );
  const isWhole =
    document.errors.length === 0 &&
    isMap(document.contents) &&
    lists.every(
      (list) => [undefined, null].includes(document.get(list) as null) || isSeq(document.get(list)),
    );
  if (!isWhole)
    throw new CodedError<UserKubeconfigErrorCode>(
      'USER_KUBECONFIG_INVALID',
      'your kubeconfig cannot be read, and stays as it is',
      { hint: 'mend it, or leave it out: --kubeconfig=false, and "ignite cluster kubeconfig NAME > FILE"' },
    );
  return document;
}

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
