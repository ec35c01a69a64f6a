import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  chmodSync,
  readdirSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { localRunner } from '../process/local-runner.ts';
import { GitSource, type GitSourceOptions } from './git-source.ts';

const root = mkdtempSync(join(tmpdir(), 'gitops-git-'));
after(() => rmSync(root, { recursive: true, force: true }));
const op = { signal: new AbortController().signal, report: () => {} };
const env = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};
let count = 0;

/** A bare repository, and a clone to push from. */
class Upstream {
  readonly url = join(root, `up-${++count}.git`);
  readonly work = join(root, `work-${count}`);

  constructor() {
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', this.url]);
    execFileSync('git', ['-C', this.url, 'config', 'receive.denyDeleteCurrent', 'ignore']);
    execFileSync('git', ['init', '-q', '-b', 'main', this.work]);
    this.git('remote', 'add', 'origin', this.url);
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', [...args], {
      cwd: this.work,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  }

  commit(files: Readonly<Record<string, string>>, ...options: readonly string[]): string {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.work, path)), { recursive: true });
      writeFileSync(join(this.work, path), text);
    }
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', 'change', ...options);
    this.git('push', '-q', '--force', 'origin', 'HEAD');
    return this.git('rev-parse', 'HEAD');
  }

  source(options: Partial<GitSourceOptions> = {}): GitSource {
    const cacheDir = join(root, `cache-${++count}`);
    return new GitSource(
      {
        url: this.url,
        ref: { branch: 'main' },
        auth: {},
        submodules: false,
        timeoutMs: 600_000,
        cacheDir,
        ...options,
      },
      localRunner,
    );
  }
}

const contents = (files: readonly { path: string; text: string }[]) =>
  Object.fromEntries(files.map(({ path, text }) => [path, text]));

describe('GitSource', () => {
  test('a fetch returns the manifests of a revision, and the same revision again while nothing changes', async () => {
    const up = new Upstream();
    const commit = up.commit({
      'a.yaml': 'a: 1\n',
      'b/ü.json': '{}',
      'README.md': 'x',
      '.hidden/c.yaml': 'c',
    });
    const source = up.source();
    const revision = await source.fetch(op);
    assert.equal(revision.id, `main@sha1:${commit}`);
    assert.deepEqual(contents(revision.files), { 'a.yaml': 'a: 1\n', 'b/ü.json': '{}' });
    assert.equal(await source.fetch(op), revision);
    up.commit({ 'a.yaml': 'a: 2\n' });
    assert.equal(contents((await source.fetch(op)).files)['a.yaml'], 'a: 2\n');
  });

  test('survives a force-push, a rewritten history, and a branch that goes and comes back', async () => {
    const up = new Upstream();
    up.commit({ 'a.yaml': '1' });
    up.commit({ 'a.yaml': '2' });
    const source = up.source();
    await source.fetch(op);
    up.git('reset', '-q', '--hard', 'HEAD~1');
    up.commit({ 'a.yaml': '3' }, '--amend');
    assert.equal(contents((await source.fetch(op)).files)['a.yaml'], '3');
    up.git('push', '-q', 'origin', 'HEAD:refs/heads/other');
    up.git('push', '-q', 'origin', ':refs/heads/main');
    await assert.rejects(source.fetch(op), { code: 'SOURCE_REF_MISSING' });
    up.git('checkout', '-q', '--orphan', 'fresh');
    up.commit({ 'a.yaml': '4' });
    up.git('push', '-q', 'origin', 'fresh:refs/heads/main');
    assert.equal(contents((await source.fetch(op)).files)['a.yaml'], '4');
  });

  test('a local copy whose making was killed at any moment is made whole', async () => {
    const up = new Upstream();
    up.commit({ 'a.yaml': '1' });
    // What git makes, in this order.
    const made = ['refs/heads', 'HEAD', 'config', 'objects', 'objects/pack', 'objects/info'];
    const whole = join(root, 'whole.git');
    execFileSync('git', ['init', '-q', '--bare', '--template=', whole]);
    for (const [at, path] of made.entries()) {
      const cacheDir = join(root, `cache-${++count}`);
      cpSync(whole, join(cacheDir, 'repository'), { recursive: true });
      for (const missing of made.slice(at))
        rmSync(join(cacheDir, 'repository', missing), { recursive: true, force: true });
      writeFileSync(join(cacheDir, 'repository', 'config.lock'), '');
      const { files } = await up.source({ cacheDir }).fetch(op);
      assert.equal(contents(files)['a.yaml'], '1', `killed before ${path}`);
    }
  });

  test('says that a repository is empty or is not there', async () => {
    const up = new Upstream();
    await assert.rejects(up.source().fetch(op), { code: 'SOURCE_EMPTY' });
    await assert.rejects(up.source({ url: join(root, 'nowhere.git') }).fetch(op), {
      code: 'SOURCE_UNREACHABLE',
      message: /there is no such repository/,
    });
  });

  test('branch, tag, range and commit choose', async () => {
    const up = new Upstream();
    const first = up.commit({ 'a.yaml': '1' });
    up.git('tag', '-a', '-m', 'one', 'v1.0.0');
    up.commit({ 'a.yaml': '2' });
    up.git('tag', 'v1.1.0');
    up.commit({ 'a.yaml': '3' });
    up.git('push', '-q', '--tags', 'origin');
    const text = async (ref: GitSourceOptions['ref']) =>
      contents((await up.source({ ref }).fetch(op)).files)['a.yaml'];
    assert.equal(await text({}), '3');
    assert.equal(await text({ tag: 'v1.0.0' }), '1');
    assert.equal(await text({ semver: '1.x' }), '2');
    assert.equal(await text({ commit: first }), '1');
    assert.equal(await text({ name: 'refs/tags/v1.1.0' }), '2');
  });

  test('a missing commit and an unreachable server give different errors', async () => {
    const up = new Upstream();
    up.commit({ 'a.yaml': '1' });
    const source = up.source({ ref: { commit: '0123456789012345678901234567890123456789' } });
    await assert.rejects(source.fetch(op), { code: 'SOURCE_REF_MISSING' });
  });

  test('links are not followed, hooks and filters of a repository are not run', async () => {
    const up = new Upstream();
    mkdirSync(up.work, { recursive: true });
    symlinkSync('/etc/passwd', join(up.work, 'link.yaml'));
    up.commit({ 'a.yaml': '1', '.gitattributes': '*.yaml filter=evil\n' });
    const { files } = await up.source().fetch(op);
    assert.deepEqual(contents(files), { 'a.yaml': '1' });
  });

  test('a repository of another user of this host can be read', async () => {
    const up = new Upstream();
    up.commit({ 'a.yaml': '1' });
    chmodSync(root, 0o755);
    execFileSync('chown', ['-R', 'nobody', up.url]);
    assert.deepEqual(contents((await up.source().fetch(op)).files), { 'a.yaml': '1' });
  });

  test('submodules are read from where .gitmodules says, when they are wanted', async () => {
    const [lib, up] = [new Upstream(), new Upstream()];
    lib.commit({ 'lib.yaml': 'lib' });
    up.commit({ 'a.yaml': '1' });
    up.git(
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      `../${lib.url.split('/').at(-1)}`,
      'deps/lib',
    );
    up.commit({});
    assert.deepEqual(contents((await up.source().fetch(op)).files), { 'a.yaml': '1' });
    assert.deepEqual(contents((await up.source({ submodules: true }).fetch(op)).files), {
      'a.yaml': '1',
      'deps/lib/lib.yaml': 'lib',
    });
  });

  test('only commits that a trusted key has signed are used', async () => {
    const up = new Upstream();
    const key = join(root, 'signer');
    const other = join(root, 'other');
    for (const file of [key, other])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'a@example.org', '-f', file]);
    const signers = join(root, 'signers');
    const publicKey = execFileSync('cut', ['-d', ' ', '-f', '1,2', `${key}.pub`], { encoding: 'utf8' });
    writeFileSync(signers, `a@example.org ${publicKey}`);
    const source = up.source({ verify: { keyFiles: [signers] } });
    up.commit({ 'a.yaml': '1' });
    await assert.rejects(source.fetch(op), { code: 'SOURCE_UNVERIFIED' });
    up.git('config', 'gpg.format', 'ssh');
    up.git('config', 'user.signingKey', other);
    up.commit({ 'a.yaml': '2' }, '-S');
    await assert.rejects(source.fetch(op), { code: 'SOURCE_UNVERIFIED' });
    up.git('config', 'user.signingKey', key);
    up.commit({ 'a.yaml': '3' }, '-S');
    assert.equal(contents((await source.fetch(op)).files)['a.yaml'], '3');
  });

  test('an OpenPGP signature counts as well, and no keyring is left behind', async () => {
    const up = new Upstream();
    const home = join(root, 'gnupg');
    mkdirSync(home, { mode: 0o700 });
    const gpg = (...args: readonly string[]) =>
      execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    gpg('--passphrase', '', '--quick-gen-key', 'A <a@example.org>', 'ed25519', 'sign', 'never');
    const publicKey = join(root, 'pgp.asc');
    writeFileSync(publicKey, gpg('--armor', '--export'));
    const program = join(root, 'gpg-sign');
    writeFileSync(program, `#!/bin/sh\nexec gpg --homedir ${home} "$@"\n`);
    chmodSync(program, 0o755);
    up.git('config', 'gpg.program', program);
    const cacheDir = join(root, 'cache-pgp');
    const source = up.source({ verify: { keyFiles: [publicKey] }, cacheDir });
    up.commit({ 'a.yaml': '1' });
    await assert.rejects(source.fetch(op), { code: 'SOURCE_UNVERIFIED' });
    up.commit({ 'a.yaml': '2' }, '-S');
    assert.equal(contents((await source.fetch(op)).files)['a.yaml'], '2');
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
    assert.deepEqual(
      readdirSync(join(cacheDir, 'repository')).filter((name) => name.startsWith('keyring-')),
      [],
    );
  });

  test('a server that does not answer is given up after the time allowed', async () => {
    const source = new Upstream().source({ url: 'ssh://git@127.0.0.1:1/x', timeoutMs: 600_000, auth: {} });
    await assert.rejects(source.fetch(op), { code: 'SOURCE_UNREACHABLE' });
  });
});
