import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { imageArchive } from './fixtures/images.ts';
import { Ignite } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';

/** Cases of Footloose's own tests, with one VM in the place of its containers. */
describe('footloose', () => {
  let leaks: AsyncDisposable;
  let ignite: Ignite;
  let config: string;
  const footloose = (...words: readonly string[]) => ignite.run('footloose', '-f', config, ...words);
  async function ok(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await footloose(...words);
    assert.equal(code, 0, `footloose ${words.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }
  const state = async (): Promise<string> => {
    const { machines } = JSON.parse(await ok('show', '-o', 'json')) as {
      readonly machines: readonly { readonly state: string }[];
    };
    return machines.map((machine) => machine.state).join();
  };

  before(async () => {
    leaks = watchLeaks();
    ignite = await Ignite.openWithKernel(42);
    config = join(ignite.dir, 'footloose.yaml');
  });
  after(async () => {
    await ignite[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  test('a configuration is written once, and machines that are not created are shown', async () => {
    const words = ['config', 'create', '--name', 'test', '--key', join(ignite.dir, 'key')];
    await ok(...words, '--image', `oci-archive:${imageArchive('sshd')}`);
    const again = await footloose(...words);
    assert.equal(again.code, 1);
    assert.equal(
      again.stderr,
      `error: configuration file at ${config} already exists\nhint: replace it with --override, or name another one with --config\n`,
    );
    assert.equal(await state(), 'Not created');
    const unknown = await footloose('show', 'node7');
    assert.match(unknown.stderr, /^WARN\[\d{4}\] Could not find machine node7\n$/);
    assert.equal(unknown.stdout, 'NAME   HOSTNAME   PORTS   IP   IMAGE   CMD   STATE   BACKEND\n');
  });

  test('create makes the key and the machine, and does nothing the second time', async () => {
    const created = await footloose('create');
    assert.equal(created.code, 0, created.stderr);
    assert.match(created.stderr, /INFO\[\d{4}\] Creating SSH key: .*\/key \.\.\.\n/);
    assert.match(created.stderr, /INFO\[\d{4}\] Creating machine: test-node0 \.\.\.\n/);
    assert.equal(statSync(join(ignite.dir, 'key')).mode & 0o777, 0o600);
    assert.match(readFileSync(join(ignite.dir, 'key.pub'), 'utf8'), /^ssh-rsa \S+ test@footloose\.mail\n$/);
    const again = await footloose('create');
    assert.match(again.stderr, /^INFO\[\d{4}\] Machine test-node0 is already created\.\.\.\n$/);
    assert.match(
      await ok('show'),
      /\ntest-node0 +node0 +0->\{22 \d+\} +10\.42\.\d+\.\d+ +oci-archive:\S+ +\/sbin\/init +Running +docker\n$/,
    );
  });

  test('ssh runs a command in it, as root, with its exit status', async () => {
    // "footloose ssh" waits for a minute, and a guest on a busy host may boot for longer.
    await ignite.ok('exec', '--timeout', '600', '-i', join(ignite.dir, 'key'), 'test-node0', 'true');
    assert.equal(await ok('ssh', 'root@node0', 'whoami'), 'root\n');
    assert.equal((await footloose('ssh', 'node0', 'exit', '7')).code, 7);
    assert.match((await footloose('ssh', 'node9')).stderr, /^error: node9: invalid machine hostname\n/);
  });

  test('stop and start act on those that are named', async () => {
    assert.match(
      (await footloose('stop', 'test-node5')).stderr,
      /WARN\[\d{4}\] machine test-node5 not found/,
    );
    assert.equal(await state(), 'Running');
    await ok('stop', 'test-node0');
    assert.equal(await state(), 'Stopped');
    await ok('start');
    assert.equal(await state(), 'Running');
  });

  test('delete removes it, and does nothing the second time', async () => {
    await ok('delete');
    assert.equal(await state(), 'Not created');
    assert.match(
      (await footloose('delete')).stderr,
      /INFO\[\d{4}\] Machine test-node0 hasn't been created\.\.\.\n/,
    );
  });
});
