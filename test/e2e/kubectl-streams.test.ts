import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { until } from '@ignite/toolkit/clock/until.sample';
import { Exec, KubeConfig, PortForward, type V1Status } from '@kubernetes/client-node';
import type { WebSocket } from 'ws';
import { noKubectl } from '../kubernetes/fixtures/kubectl.ts';
import { Ignite, type Started, Terminal } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

describe('stock kubectl reaches a VM through ignited', { skip: noKubectl }, () => {
  let leaks: AsyncDisposable;
  let ignite: Ignite;
  let daemon: Started;
  let env: NodeJS.ProcessEnv;
  before(async () => {
    leaks = watchLeaks();
    ignite = await Ignite.openWithKernel(235);
    daemon = ignite.start(['daemon', '--api', '--api-address', '127.0.0.1:0']);
    const kubeconfig = join(ignite.dir, 'kubeconfig');
    let printed = await ignite.run('kubeconfig');
    await until('the API is served', async () => {
      if (printed.code !== 0) printed = await ignite.run('kubeconfig');
      return printed.code === 0;
    });
    writeFileSync(kubeconfig, printed.stdout, { mode: 0o600 });
    env = { ...process.env, HOME: ignite.dir, KUBECONFIG: kubeconfig };
    const program = 'echo begun; while read line; do echo "heard $line"; done; exec sleep infinity';
    const image = `oci-archive:${imageArchive('sshd')}`;
    await ignite.ok('run', image, '--ssh', '--name', 'web', '--', 'sh', '-c', program);
    // The program does not begin before the SSH of its VM.
    await until('the program begins', async () => (await ignite.logged('web')) !== '');
  });
  after(async () => {
    daemon.interrupt();
    await daemon.ended;
    await ignite[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  const start = (...args: readonly string[]): ChildProcessWithoutNullStreams =>
    spawn('kubectl', args, { env, stdio: 'pipe' });

  async function run(args: readonly string[], input: string | Uint8Array = '') {
    const child = start(...args);
    child.stdin.on('error', () => {}).end(input); // it need not read all
    const ended = once(child, 'close');
    const [out, err] = await Promise.all([buffer(child.stdout), text(child.stderr)]);
    const [code] = (await ended) as [number | null];
    return { out, err, code };
  }

  test('logs, and those that come', async () => {
    assert.equal((await run(['logs', 'web'])).out.toString(), 'begun\n');
    const following = start('logs', '-f', '--timestamps', 'web');
    const lines = createInterface(following.stdout)[Symbol.asyncIterator]();
    assert.match((await lines.next()).value as string, /^\d{4}-.*Z begun$/);
    const attached = start('attach', '-i', '-q', 'web');
    attached.stdin.write('a line\n');
    const [heard] = (await once(attached.stdout, 'data')) as [Buffer];
    assert.equal(heard.toString(), 'heard a line\n');
    assert.match((await lines.next()).value as string, /Z heard a line$/);
    for (const child of [following, attached]) {
      child.kill();
      await once(child, 'close');
    }
  });

  test('exec: output and errors come apart with the exit code, and words reach the command unchanged', async () => {
    const script = 'echo out; echo err >&2; exit 7';
    const failed = await run(['exec', 'web', '--', 'sh', '-c', script]);
    assert.equal(failed.out.toString(), 'out\n');
    assert.match(failed.err, /^err\ncommand terminated with exit code 7\n$/);
    assert.equal(failed.code, 7);
    const words = [`a 'b' "c"`, '$HOME', '\\n!$(x)', ''];
    const printed = await run(['exec', 'web', '--', 'printf', '%s|', ...words]);
    assert.equal(printed.out.toString(), `${words.join('|')}|`);
  });

  test('exec -i: bytes go in and come out unchanged', async () => {
    const noise = randomBytes(2 ** 20);
    const { out, code } = await run(['exec', '-i', 'web', '--', 'cat'], noise);
    assert.equal(code, 0);
    assert.ok(out.equals(noise));
  });

  test('exec -it: a terminal of the size of ours', async () => {
    // kubectl tells the size as it connects. From one that is late, the terminal gets it later.
    const waits = 'until [ "$(stty size)" = "33 77" ]; do sleep 0.2; done; stty size';
    await using terminal = new Terminal(
      `stty rows 33 cols 77; kubectl exec -it web -- sh -c '${waits}'; echo "ended with $?"`,
      env,
    );
    await terminal.shows(/33 77\s+ended with 0/);
  });

  test('exec -it: the terminal follows the size of ours while a program runs', async () => {
    const waits = 'echo begun; until [ "$(stty size)" = "44 111" ]; do sleep 0.2; done; echo grown';
    await using terminal = new Terminal(
      `tty; stty rows 33 cols 77; kubectl exec -it web -- sh -c '${waits}'; echo "ended with $?"`,
      env,
    );
    const device = /\/dev\/pts\/\d+/.exec(await terminal.shows(/begun/))![0];
    execFileSync('stty', ['-F', device, 'rows', '44', 'cols', '111']);
    await terminal.shows(/grown\s+ended with 0/);
  });

  test('a program runs by the client library of Kubernetes, and a port is forwarded by it', async () => {
    const config = new KubeConfig();
    config.loadFromFile(env['KUBECONFIG']!);
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const said = Promise.all([text(stdout), text(stderr)]);
    const ended = Promise.withResolvers<V1Status>();
    const command = ['sh', '-c', 'cat; echo err >&2; exit 3'];
    const exec = new Exec(config);
    await exec.exec('default', 'web', 'vm', command, stdout, stderr, stdin, false, ended.resolve);
    stdin.end('sent\n');
    const { status, details } = await ended.promise;
    assert.deepEqual([status, details?.causes?.[0]?.message], ['Failure', '3']);
    assert.deepEqual(await said, ['sent\n', 'err\n']);
    const listens = 'grep -q ":1F91 0*:0000 0A" /proc/net/tcp /proc/net/tcp6'; // port 8081 in hexadecimal
    const serve = `echo "from the VM" | nc -l -p 8081 >/root/heard 2>&1 & until ${listens}; do sleep 0.1; done`;
    assert.equal((await run(['exec', 'web', '--', 'sh', '-c', serve])).code, 0);
    const [input, output] = [new PassThrough(), new PassThrough()];
    const socket = await new PortForward(config).portForward('default', 'web', [8081], output, null, input);
    input.write('from the client\n');
    const [answered] = (await once(output, 'data')) as [Buffer];
    assert.equal(answered.toString(), 'from the VM\n');
    (socket as WebSocket).close();
  });

  test('cp: a folder goes in and comes out', async () => {
    const [site, back] = [join(ignite.dir, 'site'), join(ignite.dir, 'back')];
    mkdirSync(site);
    const noise = randomBytes(300_000);
    writeFileSync(join(site, 'noise'), noise);
    for (const args of [
      ['cp', site, 'web:/root/site'],
      ['cp', 'web:/root/site', back],
    ]) {
      const { code, err } = await run(args);
      assert.equal(code, 0, err);
    }
    assert.ok(readFileSync(join(back, 'noise')).equals(noise));
  });

  test('port-forward: a server in the VM answers at a port of ours', async () => {
    const page = 'echo hello >/root/index.html; httpd -p 8080 -h /root >/dev/null 2>&1 </dev/null';
    assert.equal((await run(['exec', 'web', '--', 'sh', '-c', page])).code, 0);
    const forwarding = start('port-forward', 'web', ':8080', '--address=127.0.0.1');
    const [line] = (await once(createInterface(forwarding.stdout), 'line')) as [string];
    const port = /127\.0\.0\.1:([0-9]+)/.exec(line)![1]!;
    const answers = await Promise.all(
      [1, 2, 3].map(async () => await (await fetch(`http://127.0.0.1:${port}/`)).text()),
    );
    assert.deepEqual(answers, ['hello\n', 'hello\n', 'hello\n']);
    forwarding.kill();
    await once(forwarding, 'close');
  });

  test('a VM that is not there, or does not run, is told', async () => {
    assert.match((await run(['exec', 'other', '--', 'true'])).err, /pods "other" not found/);
    assert.match((await run(['logs', 'web', '-c', 'sidecar'])).err, /container sidecar is not valid/);
    await ignite.ok('stop', 'web');
    assert.match((await run(['exec', 'web', '--', 'true'])).err, /not running|cannot exec/);
  });
});
