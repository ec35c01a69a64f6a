import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

/** All tests of this file share one host, most of whose VMs are never started. */
let ignite: Ignite;
let leaks: AsyncDisposable;
const bin = join(import.meta.dirname, '../../bin/ignite');
const image = `oci-archive:${imageArchive('busybox')}`;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(125);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

/** Creates a VM and returns its uid. */
const create = async (name: string, ...flags: readonly string[]): Promise<string> =>
  (await ignite.ok('-q', 'create', image, '--name', name, ...flags)).trim();

async function refuses(args: readonly string[], code: number, said: RegExp): Promise<void> {
  const result = await ignite.run(...args);
  assert.equal(result.code, code, result.stderr);
  assert.match(result.stderr, said);
  assert.equal(result.stdout, '');
}

function manifest(name: string, uid?: string): string {
  const file = join(ignite.dir, `${name}.yaml`);
  const metadata = uid === undefined ? `{name: ${name}}` : `{name: ${name}, uid: ${uid}}`;
  const version = uid === undefined ? 'v1' : 'v1alpha4';
  writeFileSync(
    file,
    `apiVersion: ignite.weave.works/${version}\nkind: VM\nmetadata: ${metadata}\nspec: {image: {oci: busybox}}\n`,
  );
  return file;
}

test('what scripts of the original read is printed as it was', async () => {
  const { stdout } = await ignite.run('vm', 'create', image, '--name=lines');
  const [, uid] = /^Created VM with ID "([0-9a-f]{16})" and name "lines"\n$/.exec(stdout) ?? [];
  assert.ok(uid, stdout);
  assert.equal(await ignite.ok('stop', 'lines'), `Stopped VM with name "lines" and ID "${uid}"\n`);
  assert.equal(await ignite.ok('rm', 'lines'), `Removed VM with name "lines" and ID "${uid}"\n`);
  const quiet = await create('lines', '--label', 'a=b');
  assert.match(quiet, /^[0-9a-f]{16}$/);
  assert.equal(await ignite.ok('vm', 'kill', '-q', 'lines'), `${quiet}\n`);
  assert.equal(await ignite.ok('--quiet=true', 'vms', 'rm', 'lines'), `${quiet}\n`);
});

test('flags stand before the command too, with a space or an equals sign', async () => {
  const early = [
    '--runtime=docker',
    '--network-plugin',
    'cni',
    '--sandbox-image',
    'x/y:dev',
    '--id-prefix=old',
  ];
  const uid = (await ignite.ok('-q', ...early, '--name', 'early', 'create', image)).trim();
  assert.match(await ignite.ok('--filter', 'name=early', 'ps', '-aq'), new RegExp(`^${uid}`));
  await refuses(['--runtime', 'x', 'ps'], 2, /unknown flag: --runtime\nhint: [^\n]*"ignite ps --help"/);
  await ignite.ok('-f', 'rm', 'early');
});

test('short flags of create are those of the original', async () => {
  const file = join(ignite.dir, 'hello');
  writeFileSync(file, 'hello');
  const flags = ['-f', `${file}:/hello`, '-l', 'a=b', '-p', '8080:80', '-s', '1GB', '-v', 'data:/data'];
  await ignite.ok('create', image, '-n', 'short', ...flags);
  const template =
    '{{.Spec.CopyFiles}} {{.Labels}} {{.Spec.Network.Ports}} {{.Spec.DiskSize}} {{json .spec.storage.volumeMounts}}';
  assert.equal(
    await ignite.ok('inspect', 'vm', 'short', '-t', template),
    `[{${file} /hello}] map[a:b] 0.0.0.0:8080->80/tcp 1024.0 MB [{"name":"volume0","mountPath":"/data"}]\n`,
  );
  await ignite.ok('rm', 'short');
});

test('a slip in the name of a VM or an image is answered with what was meant', async () => {
  await create('web');
  await refuses(['inspect', 'vm', 'wbe'], 1, /hint: did you mean "web"\?/);
  await refuses(['rmi', 'busibox'], 1, /hint: did you mean "busybox"\?/);
  await ignite.ok('rm', 'web');
});

test('rmi of an image in use is refused; with -f its VMs go too, and the bare uid is printed', async () => {
  await create('user');
  const uid = (await ignite.ok('images', '-q', '--filter', 'name=~busybox')).trim();
  await refuses(['rmi', uid], 1, /is used by VM "user"\nhint: [^\n]*-f /);
  assert.equal(await ignite.ok('rmi', '-f', uid), `${uid}\n`);
  assert.equal(await ignite.ok('ps', '-aq'), '');
});

test('--ssh=KEY lets the holder of that key in, and nobody is waited for', async () => {
  const key = join(ignite.dir, 'my-key');
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const flags = [`--ssh=${key}`, '--name', 'mine', '--memory', '128MB'];
  const { stderr } = await ignite.run('run', `oci-archive:${imageArchive('sshd')}`, ...flags);
  assert.doesNotMatch(stderr, /Waiting for SSH/);
  await refuses(
    ['exec', '-i', '/nothing', 'mine', 'true'],
    1,
    /no private key \/nothing\nhint: [^\n]*-i FILE/,
  );
  const first = ['exec', '--timeout', '600', '-i', key, 'mine', 'echo "a b" >f; cat f'];
  assert.equal(await ignite.ok(...first), 'a b\n');
  assert.equal(await ignite.ok('exec', '-i', key, 'mine', 'echo', '$HOME', 'a  b'), '$HOME a  b\n');
  assert.equal((await ignite.run('ssh', '-i', key, 'mine', '--', 'exit 7')).code, 7);
  await ignite.ok('rm', '-f', 'mine');
});

test('--require-name is broken on main: here it refuses to make up a name, and makes nothing', async () => {
  await refuses(['create', image, '--require-name'], 2, /--require-name: no name given/);
  await create('named', '--require-name');
  assert.equal(await ignite.ok('ps', '-a', '--filter', 'name=named', '--format', '{{.Name}}'), 'named\n');
  await ignite.ok('rm', 'named');
});

test('rm --config wiping all VMs: only the VM that the file declares goes, or none', async () => {
  const uids = new Map<string, string>();
  for (const name of ['keep', 'web', 'web-2']) uids.set(name, await create(name));
  await refuses(['rm', '--config', manifest('we')], 1, /no VM with the name "we"\n/);
  await refuses(
    ['rm', '--config', manifest('other', '0123456789abcdef')],
    1,
    /no VM with the uid "0123456789abcdef"/,
  );
  await refuses(['rm', '--config', manifest('web'), 'keep'], 2, /VMs or --config, not both/);
  await refuses(['rm'], 2, /rm requires at least one VM/);
  const nameless = join(ignite.dir, 'nameless.yaml');
  writeFileSync(nameless, 'kind: VM\nspec: {image: {oci: busybox}}\n');
  await refuses(['rm', '-f', '--config', nameless], 2, /neither a name nor a uid/);
  assert.match(await ignite.ok('rm', '--config', manifest('web')), /^Removed VM with name "web" and ID/);
  await ignite.ok('rm', '--config', manifest('whatever', uids.get('web-2')));
  assert.equal(await ignite.ok('ps', '-a', '--format', '{{.Name}}'), 'keep\n');
  await ignite.ok('rm', 'keep');
});

test('leaked empty VM directories: a create that fails leaves none', async () => {
  const archive = join(ignite.dir, 'broken.tar');
  writeFileSync(archive, 'not an archive');
  assert.notEqual((await ignite.run('create', `oci-archive:${archive}`)).code, 0);
  await refuses(['create', image, '--cpus', '99'], 2, /cpus/);
  await refuses(['create', image, '--copy-files', '/no/such:/x'], 2, /\/no\/such/);
  const vms = join(ignite.dir, 'data/vms');
  assert.deepEqual(existsSync(vms) ? readdirSync(vms) : [], []);
  assert.equal(await ignite.ok('ps', '-aq'), '');
});

test('stop on a stopped VM, exec on one without addresses, logs of one that never ran: no panic', async () => {
  const uid = await create('idle');
  for (const verb of ['stop', 'kill', 'stop'])
    assert.equal(await ignite.ok(verb, 'idle'), `Stopped VM with name "idle" and ID "${uid}"\n`);
  for (const args of [
    ['exec', 'idle', '--', 'true'],
    ['ssh', 'idle'],
    ['attach', 'idle'],
  ])
    await refuses(args, 1, /^error: VM "idle" is not running\nhint: start it with "ignite start idle"\n$/);
  assert.equal(await ignite.ok('logs', 'idle'), '');
  await ignite.ok('rm', 'idle');
});

test('before a start everything that is amiss is told at once, and may be passed over by type', async () => {
  const taken = createServer().listen({ host: '0.0.0.0', port: 0 });
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await create('ports', '-p', `${port}:80,127.0.0.1:${port}:81`);
  const { code, stderr } = await ignite.run('start', 'ports');
  assert.equal(code, 1);
  const where = (address: string) =>
    `cause: [ERROR Port-${port}]: port ${address}:${port} on this host is in use\n`;
  assert.ok(stderr.includes(where('0.0.0.0') + where('127.0.0.1')), stderr);
  assert.match(stderr, /hint: [^\n]*--ignore-preflight-checks=Port\n$/);
  assert.match(await ignite.ok('ps', '-a', '--filter', 'name=ports'), /Created|Stopped/);
  await ignite.ok('start', 'ports', '--ignore-preflight-checks', 'existingfile,PORT');
  taken.close();
  await ignite.ok('rm', '-f', 'ports');
});

test('run: what the host lacks is found before anything is fetched or made', async () => {
  const taken = createServer().listen({ host: '0.0.0.0', port: 0 });
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const source = `oci-archive:${imageArchive('http')}`;
  const { code, stderr, stdout } = await ignite.run('run', source, '--name', 'early', '-p', `${port}:80`);
  taken.close();
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^error: the host is not ready to start the VM: Port-\d+\n/, 'nothing was pulled');
  assert.doesNotMatch(await ignite.ok('images'), /http/);
  assert.equal(await ignite.ok('ps', '-aq'), '');
});

test('an archive named by a relative path is the same one from another folder', async () => {
  const archive = imageArchive('busybox');
  await ignite.ok('create', `oci-archive:${relative('.', archive)}`, '--name', 'there');
  const imageOf = async (vm: string) => (await ignite.ok('inspect', vm, '-t', '{{.Spec.Image.OCI}}')).trim();
  assert.equal(await imageOf('there'), `oci-archive:${archive}`);
  const file = join(ignite.dir, 'beside.yaml');
  symlinkSync(archive, join(ignite.dir, 'busybox.tar'));
  writeFileSync(
    file,
    'apiVersion: ignite.weave.works/v1\nkind: VM\nmetadata: {name: beside}\nspec: {image: {oci: oci-archive:busybox.tar}, power: Stopped}\n',
  );
  await ignite.ok('apply', '-f', file);
  assert.equal(await imageOf('beside'), `oci-archive:${join(ignite.dir, 'busybox.tar')}`);
  assert.match(await ignite.ok('apply', '-f', file), /^VM\/beside unchanged$/m);
  const noted = await ignite.run('create', image, '--config', file, '--name', 'noted');
  assert.match(
    noted.stderr,
    /^note: .*beside.yaml: image .* is overridden by .*busybox.tar from the command line\n/,
  );
  const silent = await ignite.run('--log-level=warn', 'create', image, '--config', file, '--name', 'silent');
  assert.equal(silent.stderr, '', 'notes are subject to the log level');
  await ignite.ok('rm', 'there', 'beside', 'noted', 'silent');
});

test('a VM that has stopped keeps its log; the log level decides what is told beside', async () => {
  const quiet = await ignite.run('-q', 'run', image, '-d', '--name', 'once', '--', 'echo', 'said once');
  assert.match(quiet.stdout, /^[0-9a-f]{16}\n$/);
  assert.equal(quiet.stderr, '');
  assert.equal(await ignite.ok('wait', 'once'), '0\n');
  assert.match(await ignite.ok('logs', 'once'), /said once/);
  await ignite.ok('stop', 'once');
  assert.match(await ignite.ok('ps', '-a'), /Stopped \(0\)/);
  assert.match(await ignite.ok('logs', 'once'), /said once/);

  const { stdout, stderr } = await ignite.run('--log-level=DEBUG', 'start', 'once');
  assert.match(stdout, /^Started VM "once" with address 10\.125\./);
  assert.match(stderr, /^Starting once\n[^]*^debug: \d+ ms, exit 0: conmon /m);
  await ignite.ok('kill', 'once');
  assert.deepEqual(await ignite.run('--log-level', 'error', 'start', 'once'), {
    code: 0,
    stdout,
    stderr: '',
  });
  await refuses(
    ['--log-level=loud', 'ps'],
    2,
    /--log-level: unknown value "loud"\nhint: use one of trace, debug, info/,
  );
  await ignite.ok('rm', '-f', 'once');
});

test('whoever is not root is told so, and may still ask for help and examine the host', async () => {
  await ignite.ok('volume', 'prune', '-f');
  chownSync(join(ignite.dir, 'data'), 0, 65_534);
  await ignite.ok('volume', 'prune', '-f');
  const asNobody = (...args: readonly string[]) =>
    spawnSync('setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', bin, ...args], {
      encoding: 'utf8',
      env: { ...process.env, IGNITE_DATA_DIR: join(ignite.dir, 'data') },
    });
  for (const args of [['version'], ['help', 'run'], ['completion', 'zsh']])
    assert.equal(asNobody(...args).status, 0, args.join(' '));
  assert.match(asNobody('doctor').stdout, /privileges: not root/);
  const { checks } = JSON.parse(asNobody('doctor', '-o', 'json').stdout);
  const { state, found } = checks.find(({ name }: { name: string }) => name === 'privileges');
  assert.deepEqual([state === 'ok', found], [false, 'not root']);
  assert.match(asNobody('doctor', '-o', 'yaml').stdout, /^checks:\n {2}- name: /);
  assert.equal(asNobody('doctor', '-o', 'toml').status, 2);
  for (const args of [['ps', '-a'], ['images'], ['kernels']])
    assert.equal(asNobody(...args).status, 0, asNobody(...args).stderr);
  const { status, stdout, stderr } = asNobody('run', image);
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /^error: this command requires root: [^\n]+\nhint: run it with sudo[^\n]+\n$/);
});

test('help is on standard output with status 0, for groups and for the daemon too', async () => {
  for (const args of [
    [],
    ['help'],
    ['--help'],
    ['vm', '--help'],
    ['image', '-h'],
    ['help', 'kernel', 'import'],
  ]) {
    const { code, stdout, stderr } = await ignite.run(...args);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Usage:|^Examples:/m);
  }
  assert.match(await ignite.ok('images', '--help'), /List images/);
});

test('help is as wide as the terminal, with bold headings unless NO_COLOR says otherwise', async () => {
  await using terminal = ignite.onTerminal(['help', 'run']);
  await terminal.shows(/\u001b\[1mFlags:\u001b\[0m/);
  await using plain = ignite.with({ NO_COLOR: '1' }).onTerminal(['help', 'run']);
  await plain.shows(/\r\nFlags:\r\n/);
  assert.ok((await ignite.ok('help', 'run')).split('\n').every((line) => line.length <= 80));
});
