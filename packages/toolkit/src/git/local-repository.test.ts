import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { SyncObject } from '../sync/kinds.ts';
import { localRunner } from '../process/local-runner.ts';
import { GitSource } from './git-source.ts';
import { StatusBranch } from '../sinks/status-branch.ts';

const root = mkdtempSync(join(tmpdir(), 'gitops-local-'));
const ran = join(root, 'ran');
const evil = join(root, 'evil');
const trusting = join(root, 'gitconfig');
const { signal } = new AbortController();
const op = { signal, report: () => undefined };
const uid = 4242;
let count = 0;

before(() => {
  chmodSync(root, 0o755);
  writeFileSync(trusting, '[safe]\n\tdirectory = *\n');
  mkdirSync(ran);
  chmodSync(ran, 0o1777);
  // The program leaves a file that tells that it ran, under which user, and by which command.
  writeFileSync(evil, `#!/bin/sh\n: > "${ran}/$(id -u)-$(basename "$0")-$1"\n`);
  chmodSync(evil, 0o755);
});
after(() => rmSync(root, { recursive: true, force: true }));

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
    env: { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: trusting },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

const hooks = [
  ...['applypatch-msg', 'pre-applypatch', 'post-applypatch', 'pre-commit', 'pre-merge-commit'],
  ...[
    'prepare-commit-msg',
    'commit-msg',
    'post-commit',
    'pre-rebase',
    'post-checkout',
    'post-merge',
    'pre-push',
  ],
  ...['pre-receive', 'update', 'proc-receive', 'post-receive', 'post-update', 'reference-transaction'],
  ...['push-to-checkout', 'pre-auto-gc', 'post-rewrite', 'sendemail-validate', 'fsmonitor-watchman'],
  ...['post-index-change'],
];

const hostileConfig = `[core]
	hooksPath = HOOKS
	fsmonitor = ${evil} fsmonitor
	sshCommand = ${evil} sshCommand
	alternateRefsCommand = ${evil} alternateRefs
	askPass = ${evil}
	gitProxy = ${evil}
	pager = ${evil} pager
	editor = ${evil} editor
[uploadpack]
	packObjectsHook = ${evil} packObjectsHook
[receive]
	autogc = true
	denyCurrentBranch = updateInstead
[gc]
	auto = 1
[credential]
	helper = !${evil} credential
[gpg]
	program = ${evil}
[diff]
	external = ${evil} diff
[filter "evil"]
	clean = ${evil} clean
	smudge = ${evil} smudge
	process = ${evil} process
	required = true
[alias]
	upload-pack = !${evil} alias
	receive-pack = !${evil} alias
[protocol "ext"]
	allow = always
[extensions]
	partialClone = promisor
[remote "promisor"]
	promisor = true
	url = ext::${evil} promisor
	uploadpack = ${evil} uploadpack
`;

interface Repository {
  readonly url: string;
  readonly gitDir: string;
  /** A clone of the repository. */
  readonly work: string;
}

/** Creates a repository with a manifest in it, whose owner has left traps everywhere. */
function hostile(options: { readonly bare?: boolean; readonly config?: string } = {}): Repository {
  const { bare = true, config = '' } = options;
  const url = join(root, `${(count += 1)}.git`);
  git('init', '-q', '-b', 'main', ...(bare ? ['--bare'] : []), url);
  const gitDir = bare ? url : join(url, '.git');
  const work = join(root, `work-${count}`);
  git('init', '-q', '-b', 'main', work);
  writeFileSync(join(work, 'a.yaml'), 'a: 1\n');
  writeFileSync(join(work, '.gitattributes'), '* filter=evil diff=evil\n');
  git('-C', work, 'add', '-A');
  git('-C', work, 'commit', '-qm', 'x');
  git('-C', url, 'symbolic-ref', 'HEAD', 'refs/heads/checked-out');
  git('-C', work, 'push', '-q', url, 'HEAD:refs/heads/main');
  if (!bare) git('-C', url, 'checkout', '-q', '-b', 'checked-out', 'main');
  // The repository has an alternate object store, because git runs a command to list the refs of an
  // alternate.
  const other = join(root, `other-${count}.git`);
  git('clone', '-q', '--bare', work, other);
  writeFileSync(join(gitDir, 'objects/info/alternates'), `${other}/objects\n`);
  writeFileSync(join(gitDir, 'info/attributes'), '* filter=evil diff=evil\n');
  for (const folder of [join(gitDir, 'hooks'), join(gitDir, 'other-hooks')]) {
    mkdirSync(folder, { recursive: true });
    for (const name of hooks) {
      rmSync(join(folder, name), { force: true });
      symlinkSync(evil, join(folder, name));
    }
  }
  const text = hostileConfig.replace('HOOKS', join(gitDir, 'other-hooks')) + config;
  writeFileSync(join(gitDir, 'more-config'), text);
  const own = `[core]\n\trepositoryFormatVersion = 1\n\tbare = ${bare}\n[include]\n\tpath = more-config\n${text}`;
  writeFileSync(join(gitDir, 'config'), own);
  give(url, other);
  return { url, gitDir, work };
}

const give = (...paths: readonly string[]): void =>
  void execFileSync('chown', ['-hR', `${uid}:${uid}`, ...paths]);

const sourceOf = (url: string, submodules = false): GitSource =>
  new GitSource(
    {
      url,
      ref: { branch: 'main' },
      auth: {},
      submodules,
      timeoutMs: 60_000,
      cacheDir: join(root, `cache-${(count += 1)}`),
    },
    localRunner,
  );

async function publish(url: string, branch: string): Promise<void> {
  const source = sourceOf(url);
  const status = { conditions: [], inventory: [], objects: [], problems: [], history: [] };
  const sync = { apiVersion: 'g/v1', kind: 'Sync', metadata: { name: 's', namespace: 'default' }, status };
  await new StatusBranch({
    branch,
    mode: 'branch',
    watched: 'main',
    host: 'one',
    withRepository: (until, work) => source.withRepository(until, work),
  }).publish(sync as unknown as SyncObject, [], signal);
}

const texts = async (url: string): Promise<readonly string[]> =>
  (await sourceOf(url).fetch(op)).files.map(({ text }) => text);

describe('a repository of another user of this host', () => {
  test('nothing that it names runs, neither when it is read nor when it is written to', async () => {
    const { url, gitDir } = hostile();
    assert.deepEqual(await texts(url), ['a: 1\n']);
    assert.deepEqual(await texts(`file://${url}`), ['a: 1\n']);
    await publish(url, 'status');
    await publish(url, 'status');
    assert.deepEqual(readdirSync(ran), []);
    assert.equal(statSync(join(gitDir, 'refs/heads/status')).uid, uid, 'its owner wrote it');
  });

  test('nor where it has a hook of its own receive all that is pushed', async () => {
    await assert.rejects(publish(hostile({ config: '[receive]\n\tprocReceiveRefs = refs\n' }).url, 'status'));
    assert.deepEqual(readdirSync(ran), []);
  });

  test('nor where a push would go to a work tree', async () => {
    const { url } = hostile({ bare: false });
    assert.deepEqual(await texts(url), ['a: 1\n']);
    await publish(url, 'status');
    await assert.rejects(publish(url, 'checked-out'), { stderr: /refusing to update checked out branch/ });
    assert.deepEqual(readdirSync(ran), []);
  });

  test('nor where it is a partial clone that lacks what is wanted', async () => {
    const { url, gitDir } = hostile();
    rmSync(join(gitDir, 'objects/info/alternates'));
    for (const name of readdirSync(join(gitDir, 'objects')))
      if (/^[0-9a-f]{2}$/.test(name)) rmSync(join(gitDir, 'objects', name), { recursive: true });
    await assert.rejects(sourceOf(url).fetch(op));
    assert.deepEqual(readdirSync(ran), []);
  });

  test('a repository gets no objects that its owner may not read', async () => {
    const secret = hostile();
    execFileSync('chown', ['-R', '0:0', secret.url]);
    chmodSync(secret.url, 0o700);
    const { url, gitDir } = hostile();
    writeFileSync(join(gitDir, 'objects/info/alternates'), `${secret.url}/objects\n`);
    const commit = git('-C', secret.url, 'commit-tree', '-m', 'secret', 'main^{tree}');
    writeFileSync(join(gitDir, 'refs/heads/main'), `${commit}\n`);
    assert.equal(git('-C', url, 'cat-file', '-t', commit), 'commit', 'root could read it');
    await assert.rejects(sourceOf(url).fetch(op));
  });

  test("a symlink of the owner leads to nobody else's repository, as path and as .git", async () => {
    const secret = join(root, 'secret.git');
    execFileSync('cp', ['-a', hostile().url, secret]);
    execFileSync('chown', ['-R', '0:0', secret]);
    chmodSync(secret, 0o700);
    const home = join(root, 'home');
    mkdirSync(join(home, 'tree'), { recursive: true });
    symlinkSync(secret, join(home, 'link.git'));
    symlinkSync(secret, join(home, 'tree/.git'));
    mkdirSync(join(home, 'file'));
    writeFileSync(join(home, 'file/.git'), `gitdir: ${secret}\n`);
    give(home);
    for (const name of ['link.git', 'tree', 'file']) await assert.rejects(texts(join(home, name)), name);
    assert.deepEqual(readdirSync(ran), []);
  });

  test('nor does a submodule', async () => {
    const secret = hostile();
    execFileSync('chown', ['-R', '0:0', secret.url]);
    const { url, work } = hostile();
    writeFileSync(join(work, '.gitmodules'), `[submodule "s"]\n\tpath = s\n\turl = ${secret.url}\n`);
    git('-C', work, 'add', '-A');
    const head = git('-C', secret.url, 'rev-parse', 'main');
    git('-C', work, 'update-index', '--add', '--cacheinfo', `160000,${head},s`);
    git('-C', work, 'commit', '-qm', 'y');
    execFileSync('cp', ['-a', `${work}/.git/objects/.`, join(url, 'objects')]);
    writeFileSync(join(url, 'refs/heads/main'), `${git('-C', work, 'rev-parse', 'HEAD')}\n`);
    give(url);
    await assert.rejects(sourceOf(url, true).fetch(op), { code: 'SOURCE_DENIED' });
  });
});

describe("a repository of root's", () => {
  test('nothing that it names runs', async () => {
    const { url } = hostile();
    execFileSync('chown', ['-hR', '0:0', url]);
    assert.deepEqual(await texts(url), ['a: 1\n']);
    await publish(url, 'status');
    assert.deepEqual(readdirSync(ran), []);
  });

  test('is not looked for through the file .git of a work tree, which may lead to what is not', async () => {
    const tree = join(root, 'linked');
    mkdirSync(tree);
    writeFileSync(join(tree, '.git'), `gitdir: ${hostile().url}\n`);
    await assert.rejects(texts(tree), { code: 'SOURCE_INVALID' });
    assert.deepEqual(readdirSync(ran), []);
  });

  test('is refused where others can change it, or put another in its place', async () => {
    const shared = join(root, 'shared');
    mkdirSync(shared);
    execFileSync('cp', ['-a', `${hostile().url}/.`, shared]);
    execFileSync('chown', ['-hR', '0:0', shared]);
    const denied = { code: 'SOURCE_DENIED' };
    chmodSync(join(shared, 'config'), 0o666);
    await assert.rejects(texts(shared), denied);
    chmodSync(join(shared, 'config'), 0o644);
    assert.deepEqual(await texts(shared), ['a: 1\n']);
    execFileSync('chown', [String(uid), join(shared, 'config')]);
    await assert.rejects(texts(shared), denied);
    execFileSync('chown', ['0', join(shared, 'config')]);
    // Like /tmp, this folder belongs to root and anyone may write a HEAD into it.
    chmodSync(shared, 0o1777);
    await assert.rejects(texts(shared), denied);
    chmodSync(shared, 0o755);
    const above = join(root, 'above');
    mkdirSync(above);
    execFileSync('cp', ['-a', shared, join(above, 'x.git')]);
    chmodSync(above, 0o777);
    await assert.rejects(texts(join(above, 'x.git')), denied);
    execFileSync('chown', ['-R', String(uid), join(above, 'x.git')]);
    assert.deepEqual(await texts(join(above, 'x.git')), ['a: 1\n'], "it is not root's any more");
    execFileSync('chown', ['-R', '0', join(above, 'x.git')]);
    chmodSync(above, 0o1777);
    assert.deepEqual(await texts(join(above, 'x.git')), ['a: 1\n']);
  });
});
