import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Runner, ToolFailedError } from '../process/runner.ts';
import { sourceError } from '../source/source.ts';

/** A repository of this host, and the user as which git runs in it. */
export interface LocalRepository {
  readonly path: string;
  readonly owner: Owner;
}

export interface Owner {
  readonly uid: number;
  /** The group of a user who is in the system's user database; the user's other groups come with it. */
  readonly gid: number | undefined;
}

/** The suffixes that git tries in turn for a path (gitrepository-layout(5)). */
const suffixes = ['/.git', '', '.git/.git', '.git'];
const linksLimit = 40;
const nogroup = 65_534;
const [writableByOthers, sticky] = [0o022, 0o1000];

/** The settings by which a repository makes git run programs or write to its work tree. */
const settings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.alternateRefsCommand=true',
  'receive.autogc=false',
  'receive.denyCurrentBranch=refuse',
  'gc.auto=0',
  'maintenance.auto=false',
];

/**
 * Finds the repository that git means by a path, and its owner: the first user other than root who owns a
 * part of the path. This user could put anything there at any time, so git runs as this user and can then do
 * no more than the user can.
 * @throws CodedError SOURCE_UNREACHABLE, or SOURCE_DENIED if others could make root's git do as they like
 */
export async function findLocalRepository(
  path: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<LocalRepository> {
  const uid = process.getuid?.() ?? 0;
  if (uid !== 0) return { path, owner: { uid, gid: undefined } };
  for (const suffix of suffixes) {
    const found = await walk(path + suffix);
    if (found === undefined) continue;
    if (found.uid !== 0)
      return { path, owner: { uid: found.uid, gid: await primaryGroup(found.uid, runner, signal) } };
    const isLinked = suffix.endsWith('/.git') && (await lstat(found.path)).isFile();
    if (!isLinked && !(await isThere(join(found.path, 'HEAD')))) continue;
    if (found.shared !== undefined) throw notAlone(found.shared);
    await assertRootsAlone(found.path);
    return { path: found.path, owner: { uid: 0, gid: 0 } };
  }
  throw sourceError('SOURCE_UNREACHABLE', `${path}: there is no such repository`, 'check its address');
}

/**
 * Returns the shell command by which git serves a repository of this host to this process. Git runs as the
 * repository's owner, without privileges and with an environment of its own, and runs nothing that the
 * repository names. Git appends the path to the command.
 */
export function serveCommand(service: 'upload-pack' | 'receive-pack', owner: Owner): string {
  const isRoot = process.getuid?.() === 0;
  const groups = owner.gid === undefined ? ['--clear-groups'] : ['--init-groups'];
  return [
    ...[
      'exec',
      'env',
      '-i',
      '--chdir=/',
      '"PATH=$PATH"',
      '"GIT_PROTOCOL=$GIT_PROTOCOL"',
      'HOME=/',
      'LC_ALL=C',
    ],
    ...['GIT_CONFIG_NOSYSTEM=1', 'GIT_CONFIG_GLOBAL=/dev/null', 'GIT_TERMINAL_PROMPT=0'],
    // A partial clone fetches missing objects from others, by programs of its choice.
    ...['GIT_NO_LAZY_FETCH=1', 'GIT_ALLOW_PROTOCOL=none'],
    ...['setpriv', '--pdeathsig=KILL', '--no-new-privs'],
    ...(isRoot ? ['--bounding-set=-all', '--inh-caps=-all'] : []),
    ...(isRoot && owner.uid !== 0
      ? [`--reuid=${owner.uid}`, `--regid=${owner.gid ?? nogroup}`, ...groups]
      : []),
    'git',
    ...settings.flatMap((setting) => ['-c', setting]),
    service,
  ].join(' ');
}

interface Place {
  readonly path: string;
  readonly uid: number;
  /** A folder in the path in which users other than root can create anything. */
  readonly shared: string | undefined;
}

/**
 * Follows a path as the kernel does, up to the first part that is not root's. Returns `undefined` if the path
 * leads nowhere.
 */
async function walk(path: string): Promise<Place | undefined> {
  let [at, parts, links] = ['/', path.split('/').filter(Boolean), 0];
  let shared: string | undefined;
  while (parts.length > 0) {
    if (isShared((await lstat(at)).mode)) shared = at;
    const next = resolve(at, parts.shift()!);
    const status = await lstat(next).catch(() => undefined);
    if (!status) return undefined;
    if (status.uid !== 0) return { path: next, uid: status.uid, shared };
    if (status.isSymbolicLink()) {
      if ((links += 1) > linksLimit) return undefined;
      const target = await readlink(next);
      parts = [...target.split('/').filter(Boolean), ...parts];
      if (target.startsWith('/')) at = '/';
    } else at = next;
  }
  return { path: at, uid: 0, shared };
}

/** In a sticky folder, users can only change their own files. */
const isShared = (mode: number): boolean => (mode & writableByOthers) !== 0 && (mode & sticky) === 0;

const isThere = async (path: string): Promise<boolean> =>
  await lstat(path).then(
    () => true,
    () => false,
  );

async function assertRootsAlone(repository: string): Promise<void> {
  if (!(await lstat(repository)).isDirectory() || (await isThere(join(repository, 'commondir'))))
    throw sourceError(
      'SOURCE_INVALID',
      `not a repository, but a linked worktree: ${repository}`,
      'use the repository that it belongs to',
    );
  const below = (await readdir(repository)).map((name) => join(repository, name));
  for (const path of [repository, ...below]) {
    const status = await stat(path).catch(() => undefined); // git's lock files come and go
    if (status && (status.uid !== 0 || (status.mode & writableByOthers) !== 0)) throw notAlone(path);
  }
}

const notAlone = (path: string) =>
  sourceError(
    'SOURCE_DENIED',
    `a repository that root owns but other users can change: ${path}`,
    'make the user who writes to it its owner ("chown -R USER"), or remove write permission for everyone but root',
  );

async function primaryGroup(uid: number, runner: Runner, signal: AbortSignal): Promise<number | undefined> {
  try {
    const { stdout } = await runner.run({ tool: 'getent', args: ['passwd', String(uid)] }, signal);
    const gid = stdout.split(':')[3];
    return gid === undefined ? undefined : Number(gid);
  } catch (failure) {
    if (failure instanceof ToolFailedError && failure.exitCode === 2) return undefined;
    throw failure;
  }
}
