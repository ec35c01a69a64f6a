import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Ignite, type Started } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const isThere = (process.env['PATH'] ?? '').split(delimiter).some((dir) => existsSync(join(dir, 'kubectl')));
const skip = !isThere && 'kubectl is not on the PATH';

describe('tokens of people', { skip }, () => {
  let leaks: AsyncDisposable;
  let ignite: Ignite;
  let daemon: Started;
  before(async () => {
    leaks = watchLeaks();
    ignite = await Ignite.open(226);
    const manifests = join(ignite.dir, 'manifests');
    mkdirSync(manifests);
    const api = ['--api', '--api-address', '127.0.0.1:0'];
    daemon = ignite.start(['daemon', '--manifests', manifests, ...api]);
    const kubeconfig = join(ignite.paths.dataDir, 'api', 'kubeconfig');
    while (!existsSync(kubeconfig)) await delay(100);
  });
  after(async () => {
    daemon.terminate();
    await daemon.ended;
    await ignite[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  /** Runs kubectl with a kubeconfig that a command printed. */
  const kubectl = (config: string, ...args: readonly string[]) => {
    const file = join(ignite.dir, 'kubeconfig');
    writeFileSync(file, config);
    chmodSync(file, 0o600);
    const cache = `--cache-dir=${join(ignite.dir, 'cache')}`;
    const { status, stdout, stderr } = spawnSync('kubectl', [`--kubeconfig=${file}`, cache, ...args], {
      encoding: 'utf8',
    });
    return { code: status, said: stdout + stderr };
  };

  test('a viewer lists, is refused a delete, and nothing any more once the token is removed', async () => {
    const admin = await ignite.ok('kubeconfig');
    assert.equal(kubectl(admin, 'create', 'configmap', 'settings').code, 0);
    const viewer = await ignite.ok('token', 'create', 'ada', '--role', 'viewer', '--kubeconfig');
    // The server learns of a role a moment after another process has given it.
    while (kubectl(viewer, 'get', 'vms').code !== 0) await delay(100);
    assert.match(kubectl(viewer, 'get', 'configmaps').said, /settings/);
    const refused = kubectl(viewer, 'delete', 'configmap', 'settings');
    assert.match(refused.said, /User "ada" cannot delete resource "configmaps"/);
    assert.equal(kubectl(viewer, 'get', 'secrets').code, 1);
    assert.match(
      await ignite.ok('token', 'ls'),
      /^NAME +ROLE +GROUPS +AGE +EXPIRES\nada +ignite:viewer +\w+ /,
    );
    assert.equal(await ignite.ok('token', 'rm', 'ada'), 'ada\n');
    assert.match(kubectl(viewer, 'get', 'configmaps').said, /Unauthorized|must be logged in/);
    assert.doesNotMatch(kubectl(admin, 'get', 'clusterrolebindings').said, /ada/);
  });

  test('a token has groups, and a time after which it is of no use; only its hash is kept', async () => {
    const admin = await ignite.ok('kubeconfig');
    const token = (await ignite.ok('token', 'create', 'bob', '--group', 'ops', '--expires', 'never')).trim();
    assert.match(token, /^ignite_/);
    const tokens = join(ignite.paths.dataDir, 'api', 'tokens.json');
    assert.equal(statSync(tokens).mode & 0o777, 0o600);
    assert.doesNotMatch(readFileSync(tokens, 'utf8'), new RegExp(token));
    const bob = admin.replace(/client-certificate-data: .*\n +client-key-data: .*/, `token: ${token}`);
    assert.match(kubectl(bob, 'auth', 'whoami').said, /bob[\s\S]*ops/);
    assert.equal(kubectl(bob, 'get', 'vms').code, 1);
    const short = await ignite.ok('token', 'create', 'eve', '--role=admin', '--expires=1s', '--kubeconfig');
    while (!/Unauthorized|must be logged in/.test(kubectl(short, 'get', 'vms').said)) await delay(100);
    assert.match(await ignite.ok('token', 'ls'), /eve .* expired\n/);
    const completed = await ignite.ok('complete', '--', 'token', 'rm', '');
    assert.deepEqual(completed.trim().split(/\s+/), ['bob', 'eve']);
    await ignite.ok('token', 'rm', 'bob', 'eve');
  });

  test('names and times that cannot be are refused, and nothing is made', async () => {
    for (const [args, problem] of [
      [['a b'], /not a name of a token: "a b"/],
      [['ada', '--group', 'system:masters'], /no token can be of the group/],
      [['ada', '--role', 'owner'], /--role/],
      [['ada', '--expires', '0s'], /not a time until then/],
      [['ada', '--expires', 'tomorrow'], /not a time until then/],
    ] as const) {
      const refused = await ignite.run('token', 'create', ...args);
      assert.notEqual(refused.code, 0);
      assert.match(refused.stderr, problem);
    }
    assert.deepEqual(JSON.parse(await ignite.ok('token', 'ls', '-o', 'json')), []);
  });
});
