import assert from 'node:assert/strict';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import {
  addContext,
  removeContext,
  userKubeconfigPath,
  withContext,
  withoutContext,
} from './user-kubeconfig.ts';

const kubeconfig = `apiVersion: v1
kind: Config
current-context: admin@dev
clusters: [{name: dev, cluster: {server: 'https://10.0.0.1:6443'}}]
contexts: [{name: admin@dev, context: {cluster: dev, user: admin}}]
users: [{name: admin, user: {token: abc}}]
`;
const dev = { context: 'dev', cluster: 'default/dev', kubeconfig };
const others = `# mine
apiVersion: v1
kind: Config
current-context: work # at work
clusters:
  - name: work
    cluster: { server: https://work.example.com }
contexts:
  - name: work
    context: { cluster: work, user: me }
users:
  - name: me
    user: { token: secret }
`;

test('a context is added to what others have written, and taken out again', () => {
  const merged = withContext(others, dev);
  assert.equal(
    merged,
    `# mine
apiVersion: v1
kind: Config
current-context: dev # at work
clusters:
  - name: work
    cluster: { server: https://work.example.com }
  - name: dev
    cluster:
      server: https://10.0.0.1:6443
contexts:
  - name: work
    context: { cluster: work, user: me }
  - name: dev
    context:
      cluster: dev
      user: dev
      extensions:
        - name: ignite
          extension:
            cluster: default/dev
users:
  - name: me
    user: { token: secret }
  - name: dev
    user:
      token: abc
`,
  );
  assert.equal(withContext(merged, dev), merged, 'a second time changes nothing');
  assert.equal(withoutContext(merged, dev), others.replace('current-context: work', 'current-context: ""'));
});

test("a context that is somebody else's stays", () => {
  assert.equal(withContext(others, { ...dev, context: 'work' }), undefined);
  assert.equal(withContext(others, { ...dev, context: 'me' }), undefined, 'a user of this name is not ours');
  assert.equal(withoutContext(others, { context: 'work', cluster: 'default/work' }), undefined);
  const ours = withContext('', dev)!;
  assert.equal(withContext(ours, { ...dev, cluster: 'prod/dev' }), undefined);
  assert.equal(withoutContext(ours, { ...dev, cluster: 'prod/dev' }), undefined);
});

test('a file that is no kubeconfig is refused', () => {
  for (const text of ['clusters: 7\n', 'a: [', '- 1\n'])
    assert.throws(
      () => withContext(text, dev),
      (failure) => hasCode(failure, 'USER_KUBECONFIG_INVALID'),
    );
});

test('entries that are aliases of what is taken out are refused', () => {
  const aliased = withContext('', dev)!.replace('cluster:\n      server', 'cluster: &shared\n      server');
  const text = aliased.replace('contexts:', '  - name: mine\n    cluster: *shared\ncontexts:');
  for (const broken of [text, text.replace('&shared', '')])
    assert.throws(
      () => withoutContext(broken, dev),
      (failure) => hasCode(failure, 'USER_KUBECONFIG_INVALID'),
    );
});

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('the file is that of kubectl, for its user alone', async (t) => {
  const home = newFolder(t);
  assert.equal(userKubeconfigPath({ HOME: home, KUBECONFIG: ':/a:/b' }), '/a');
  const path = userKubeconfigPath({ HOME: home });
  assert.equal(path, join(home, '.kube/config'));
  assert.equal(await removeContext(path, dev), false);
  assert.equal(await addContext(path, dev), true);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(await removeContext(path, dev), true);
  assert.equal(await removeContext(path, dev), false);
  assert.doesNotMatch(readFileSync(path, 'utf8'), /dev|abc/);
});

test('contexts that are added at once are all there, and no lock is left', async (t) => {
  const path = join(newFolder(t), 'config');
  const names = ['a', 'b', 'c', 'd'];
  await Promise.all(
    names.map((name) => addContext(path, { ...dev, context: name, cluster: `default/${name}` })),
  );
  const { contexts } = parse(readFileSync(path, 'utf8')) as {
    contexts: readonly { readonly name: string }[];
  };
  assert.deepEqual(contexts.map(({ name }) => name).toSorted(), names);
  assert.equal(existsSync(`${path}.lock`), false);
});

test('a file that kubectl has locked stays, and so does the lock', async (t) => {
  const path = join(newFolder(t), 'config');
  const text = withContext(others, dev)!;
  writeFileSync(path, text);
  writeFileSync(`${path}.lock`, '');
  const isLocked = (failure: unknown): boolean => hasCode(failure, 'USER_KUBECONFIG_LOCKED');
  await assert.rejects(addContext(path, dev, 0), isLocked);
  await assert.rejects(removeContext(path, dev, 0), isLocked);
  assert.equal(readFileSync(path, 'utf8'), text);
  assert.ok(existsSync(`${path}.lock`));
});

test('a link stays one, also if its file is not there yet', async (t) => {
  const folder = newFolder(t);
  const path = join(folder, 'config');
  symlinkSync('new/target', path);
  for (const name of ['a', 'b']) {
    await addContext(path, { ...dev, context: name, cluster: `default/${name}` });
    assert.ok(lstatSync(path).isSymbolicLink());
    assert.match(readFileSync(join(folder, 'new/target'), 'utf8'), new RegExp(`name: ${name}`));
  }
});

test(
  'a file stays its owner’s when root changes it',
  { skip: process.getuid?.() !== 0 && 'only root can give files away' },
  async (t) => {
    const path = join(newFolder(t), 'config');
    writeFileSync(path, others);
    chownSync(path, 1_000, 1_001);
    await addContext(path, dev);
    const { uid, gid, mode } = statSync(path);
    assert.deepEqual([uid, gid, mode & 0o777], [1_000, 1_001, 0o600]);
  },
);
