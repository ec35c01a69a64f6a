import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
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

test('the file is that of kubectl, for its user alone', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  t.after(() => rmSync(home, { recursive: true }));
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
