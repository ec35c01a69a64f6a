import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { LiveObject } from '../apply/actuator.ts';
import { type SyncObject, initialSyncStatus } from '../sync/kinds.ts';
import { localRunner } from '../process/local-runner.ts';
import { GitSource } from '../git/git-source.ts';
import { StatusBranch, type StatusBranchOptions } from './status-branch.ts';

const root = mkdtempSync(join(tmpdir(), 'gitops-status-'));
after(() => rmSync(root, { recursive: true, force: true }));
const { signal } = new AbortController();
let count = 0;

const bare = (): string => {
  const url = join(root, `${(count += 1)}.git`);
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', url]);
  return url;
};

const git = (url: string, ...args: readonly string[]): string =>
  execFileSync('git', ['-C', url, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

function branchOf(
  url: string,
  host: string,
  more: Partial<Pick<StatusBranchOptions, 'signingKeyFile' | 'mode' | 'watched'>> = {},
): StatusBranch {
  const cacheDir = join(root, `cache-${(count += 1)}`);
  const options = { url, ref: {}, auth: {}, submodules: false, timeoutMs: 600_000, cacheDir };
  const source = new GitSource(options, localRunner);
  return new StatusBranch({
    branch: 'status',
    host,
    withRepository: (until, work) => source.withRepository(until, work),
    mode: 'branch',
    watched: 'main',
    ...more,
  });
}

const sync = (message: string, revision = `main@sha1:${'a'.repeat(40)}`): SyncObject =>
  ({
    apiVersion: 'gitops.weave.works/v1',
    kind: 'Sync',
    metadata: { name: 'garden', namespace: 'default' },
    spec: {},
    status: {
      ...initialSyncStatus,
      lastAttemptedRevision: revision,
      history: [{ revision, time: '', durationMs: 1, outcome: 'Succeeded', message }],
    },
  }) as unknown as SyncObject;

const pot = (name: string, wet: boolean): LiveObject => ({
  apiVersion: 'garden.example/v1',
  kind: 'Pot',
  metadata: { name, namespace: 'default', uid: 'u', labels: {}, annotations: {} },
  spec: {},
  status: { wet },
  health: { state: 'Healthy' },
});

const paths = (url: string): readonly string[] =>
  git(url, 'ls-tree', '-r', '--name-only', 'status').split('\n');

describe('StatusBranch', () => {
  test('one commit for each change, of all that is and nothing that was', async () => {
    const url = bare();
    const branch = branchOf(url, 'one');
    await branch.publish(sync('first'), [pot('a', false), pot('b', false)], signal);
    await branch.publish(sync('first'), [pot('a', false), pot('b', false)], signal);
    assert.equal(git(url, 'rev-list', '--count', 'status'), '1');
    await branch.publish(sync('second'), [pot('a', true)], signal);
    assert.equal(git(url, 'rev-list', '--count', 'status'), '2');
    assert.deepEqual(paths(url), ['one/garden/default/Pot/a.yaml', 'one/garden/sync.yaml']);
    assert.match(git(url, 'show', 'status:one/garden/default/Pot/a.yaml'), /wet: true/);
    assert.equal(git(url, 'log', '-1', '--format=%s', 'status'), 'garden on one: second');
  });

  test('a sync that fails keeps the last report of its objects', async () => {
    const url = bare();
    const branch = branchOf(url, 'one');
    await branch.publish(sync('first'), [pot('a', false)], signal);
    await branch.publish(sync('failed'), undefined, signal);
    assert.equal(paths(url).length, 2);
    assert.match(git(url, 'show', 'status:one/garden/sync.yaml'), /message: failed/);
  });

  test('hosts that write at once each find their own there, and no commit is lost', async () => {
    const url = bare();
    const branches = ['one', 'two', 'three'].map((host) => branchOf(url, host));
    await Promise.all(branches.map((branch) => branch.publish(sync('first'), [pot('a', true)], signal)));
    assert.equal(paths(url).length, 6);
    assert.equal(git(url, 'rev-list', '--count', 'status'), '3');
  });

  test('it never writes to the branch that is watched', async () => {
    const url = bare();
    await assert.rejects(
      branchOf(url, 'one').publish(sync('x', `status@sha1:${'a'.repeat(40)}`), [], signal),
      {
        code: 'SOURCE_INVALID',
      },
    );
  });

  test('nor while it is not known yet which that is', async () => {
    const url = bare();
    const unknown = branchOf(url, 'one', { watched: undefined });
    await unknown.publish(sync('the source failed', ''), undefined, signal);
    assert.equal(git(url, 'for-each-ref'), '');
    await assert.rejects(branchOf(url, 'one', { watched: 'status' }).publish(sync('x', ''), [], signal), {
      code: 'SOURCE_INVALID',
    });
  });

  test("the status is a note on the watched commit, or a branch with people's files for them to merge", async () => {
    const url = bare();
    const work = join(root, `work-${(count += 1)}`);
    execFileSync('git', ['clone', '-q', url, work], { stdio: 'ignore' });
    writeFileSync(join(work, 'mine.yaml'), 'mine');
    git(work, 'add', '-A');
    git(work, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'x');
    git(work, 'push', '-q', 'origin', 'HEAD:main');
    const commit = git(url, 'rev-parse', 'main');
    const at = sync('first', `main@sha1:${commit}`);
    const cacheDir = join(root, `shared-${count}`);
    const source = new GitSource(
      { url, ref: {}, auth: {}, submodules: false, timeoutMs: 600_000, cacheDir },
      localRunner,
    );
    await source.fetch({ signal, report: () => {} });
    const options = { branch: 'status', host: 'one', watched: 'main' };
    const withRepository: StatusBranchOptions['withRepository'] = (until, use) =>
      source.withRepository(until, use);
    await new StatusBranch({ ...options, withRepository, mode: 'notes' }).publish(
      at,
      [pot('a', true)],
      signal,
    );
    assert.match(git(url, 'notes', '--ref', 'status/one', 'show', commit), /kind: Sync/);
    await new StatusBranch({ ...options, withRepository, mode: 'pull-request' }).publish(
      at,
      [pot('a', true)],
      signal,
    );
    assert.deepEqual(paths(url), [
      'mine.yaml',
      'status/one/garden/default/Pot/a.yaml',
      'status/one/garden/sync.yaml',
    ]);
    assert.equal(git(url, 'merge-base', 'status', 'main'), commit);
  });

  test('commits are signed if there is a key', async () => {
    const url = bare();
    const key = join(root, 'signing');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const publicKey = execFileSync('cut', ['-d', ' ', '-f', '1,2', `${key}.pub`], { encoding: 'utf8' });
    const signers = join(root, 'signers');
    writeFileSync(signers, `gitops@localhost ${publicKey}`);
    await branchOf(url, 'one', { signingKeyFile: key }).publish(sync('first'), [], signal);
    git(url, '-c', `gpg.ssh.allowedSignersFile=${signers}`, 'verify-commit', 'status');
  });
});
