import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const program = join(import.meta.dirname, '../../bin/ignite');
/** The tests share two VMs: one that was never started, and one that runs. */
let leaks: AsyncDisposable;
let ignite: Ignite;
let [idle, up, address] = ['', '', ''];
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(120);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
  const labels = ['--label', 'testName=T1', '--label', 'app=web'];
  const created = ['--name', 'idle', '--memory', '128MB', '--ssh', '-p', '18080:80', ...labels];
  idle = (await ignite.ok('create', '-q', 'busybox', ...created)).trim();
  await ignite.ok(
    'run',
    'busybox',
    '--name',
    'up',
    '--memory',
    '1GB',
    '--size',
    '1500MB',
    '--',
    'sleep',
    'infinity',
  );
  up = (await ignite.ok('ps', '-q')).trim();
  address = (await ignite.ok('inspect', 'vm', 'up', '-t', '{{.Status.Network.IPAddresses}}')).trim();
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

const lines = (text: string): readonly string[] => text.trimEnd().split('\n');
const refused = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await ignite.run(...args);
  assert.equal(code, 2, stderr);
  assert.equal(stdout, '');
  return stderr;
};

test('ps and its other spellings: the columns of the original, those that run or all', async () => {
  const [header, row, ...others] = lines(await ignite.ok('ps'));
  assert.match(header ?? '', /^VM ID +IMAGE +KERNEL +SIZE +CPUS +MEMORY +CREATED +STATUS +IPS +PORTS +NAME$/);
  assert.deepEqual(others, []);
  assert.match(
    row ?? '',
    /^[0-9a-f]{16} +busybox:?\S* +6\.\S+ +1\.5 GB +1 +1024\.0 MB +\S+ ago +Up \S+ +10\.120\.\S+ +up$/,
  );
  for (const spelling of [['vm', 'ps'], ['ps']])
    assert.equal(lines(await ignite.ok(...spelling)).length, 2, spelling.join(' '));
  for (const spelling of [['vm'], ['vms'], ['vm', 'ls'], ['vm', 'list'], ['ps', '-a'], ['ps', '--all']])
    assert.equal(lines(await ignite.ok(...spelling)).length, 3, spelling.join(' '));
  assert.match(await ignite.ok('vms'), /128\.0 MB .* Created +0\.0\.0\.0:18080->80\/tcp +idle\n/);
  assert.deepEqual(lines(await ignite.ok('vms', '-q')), [idle, up]);
  assert.equal(await ignite.ok('ps', '-q'), `${up}\n`);
});

test('a VM that runs is not started again, which is told; a key that is not there is named', async () => {
  assert.equal(await ignite.ok('start', 'up'), 'VM "up" is already running\n');
  assert.equal(await ignite.ok('ps', '-q'), `${up}\n`);
  const { code, stderr } = await ignite.run('ssh', '-i', '/no/such/key', 'up', 'true');
  assert.deepEqual([code, /there is no private key \/no\/such\/key\n/.test(stderr)], [1, true]);
  for (const likeDocker of [
    ['-it', 'up', 'true'],
    ['-i', 'up', '--', 'true'],
  ])
    assert.match((await ignite.run('exec', ...likeDocker)).stderr, /hint: .*(private key|"-i FILE")/);
});

test("Docker's json and table are templates too", async () => {
  const [first] = lines(await ignite.ok('ps', '-a', '--format', 'json'));
  assert.equal((JSON.parse(first!) as { metadata: { uid: string } }).metadata.uid, idle);
  const table = await ignite.ok('ps', '-a', '--format', 'table {{.Names}}\\t{{.Spec.CPUs}}');
  assert.equal(table, 'NAMES   CPUS\nidle    1\nup      1\n');
});

test('templates of the original render as they did there', async () => {
  const render = async (vm: string, template: string): Promise<string> =>
    (await ignite.ok('inspect', 'vm', vm, '-t', template)).replace(/\n$/, '');
  for (const [template, text] of [
    ['{{.Name}} {{.ObjectMeta.Name}} {{.GetUID}}', `idle idle ${idle}`],
    ['{{.ObjectPath}}', `${ignite.dir}/data/vms/${idle}`],
    ['{{.ObjectMeta.Labels}}', 'map[app:web testName:T1]'],
    ['{{.Spec.Memory}} {{.Spec.DiskSize}} {{.Spec.CPUs}}', '128.0 MB 4.0 GB 1'],
    ['{{.Spec.SSH}} {{.Spec.Storage}} {{.Spec.CopyFiles}}', '{true } {[] []} []'],
    ['{{.Spec.Network.Ports}}', '0.0.0.0:18080->80/tcp'],
    ['{{.Status.Running}} {{.Status.StartTime}} {{.Status.Network}}', 'false <nil> <nil>'],
    ['{{printf "%s-%d" .Name .Spec.CPUs}} {{len .ObjectMeta.Labels}}', 'idle-1 2'],
    ['{{range $k, $v := .ObjectMeta.Labels}}{{$k}}={{$v}};{{end}}', 'app=web;testName=T1;'],
    ['{{if .Status.Running}}up{{else}}down{{end}}', 'down'],
    ['{{json .metadata.labels}} {{.spec.memory}}', '{"app":"web","testName":"T1"} 128MB'],
  ] as const)
    assert.equal(await render('idle', template), text, template);
  assert.match(address, /^10\.120\.\d+\.\d+$/);
  assert.equal(
    await render('up', '{{.Status.IPAddresses}} {{.Status.Running}} {{.Spec.SSH}}'),
    `${address} true <nil>`,
  );
  assert.match(
    await render('up', '{{.Status.StartTime}} {{.Status.Image.ID}} {{.Status.Image.Size}}'),
    /^\d+\w+ oci:\/\/docker\.io\/library\/busybox@sha256:[0-9a-f]{64} 1\.0 MB$/,
  );

  // In a listing, there is one line for each VM, with each spelling of the flag, also before the command; -q
  // has no effect.
  const both = 'idle 128.0 MB\nup 1024.0 MB\n';
  const template = '{{.Name}} {{.Spec.Memory}}';
  for (const args of [
    ['ps', '-a', '-t', template],
    ['ps', '-a', '--template', template],
    ['ps', '-aq', '--format', template],
    ['--template', template, 'vm', 'ls'],
  ])
    assert.equal(await ignite.ok(...args), both, args.join(' '));
});

test('filters of the original choose as they did there, and ours beside them', async () => {
  for (const [filter, names] of [
    ['{{.Name}}=up', 'up'],
    ['{{.ObjectMeta.Name}}==idle', 'idle'],
    ['{{.Name}}!=up', 'idle'],
    ['{{.Spec.Memory}}=~1024', 'up'],
    ['{{.Spec.Memory}}!~1024', 'idle'],
    ['{{.Status.Running}}=true', 'up'],
    ['{{.ObjectMeta.Labels}}=~testName:T1', 'idle'],
    ['{{.ObjectMeta.Labels.testName}}=T1', 'idle'],
    [`{{.Status.Network.IPAddresses}}=${address}`, 'up'],
    [`{{.Status.IPAddresses}}=${address},{{.Spec.CPUs}}=1`, 'up'],
    ['{{.Status.Running}}=true,{{.ObjectMeta.Labels.testName}}=T1', ''],
    ['label=app=web', 'idle'],
    ['status=created', 'idle'],
    ['image=~busybox,name=~u', 'up'],
  ] as const)
    assert.equal((await ignite.ok('ps', '-a', '-f', filter, '-t', '{{.Name}}')).trim(), names, filter);
  // A filter by state shows the VMs in that state even without -a.
  assert.equal(await ignite.ok('ps', '-q', '--filter', 'status=created'), `${idle}\n`);
  assert.match(await refused('ps', '--filter', 'name=a,bad'), /"bad" is not KEY=VALUE\nhint: use name=/);
  assert.match(
    await refused('ps', '--filter', '{{.Spec.Memroy}}=1'),
    /--filter "\{\{\.Spec\.Memroy\}\}=1": .*can't evaluate field Memroy in type ignite\.VMSpec\nhint: did you mean "Memory"\?/,
  );
  assert.match(await refused('ps', '-t', '{{.Name'), /--format: template: format:1: unclosed action\nhint: /);
});

test('image inspect and kernel inspect are inspect of that kind; --version is version', async () => {
  const platform = ['-t', '{{.status.platform}}'] as const;
  assert.equal(
    await ignite.ok('image', 'inspect', 'busybox', ...platform),
    await ignite.ok('inspect', 'image', 'busybox', ...platform),
  );
  const version = await ignite.ok('kernel', 'inspect', 'linux', '-t', '{{.status.version}}');
  assert.equal(version, await ignite.ok('inspect', 'kernel', 'linux', '-t', '{{.Status.Version}}'));
  assert.equal(await ignite.ok('--version'), await ignite.ok('version'));
  assert.match(
    await refused('image', 'inspect'),
    /"ignite image inspect" takes at least 1 argument, not 0\n/,
  );
});

test('images and kernels: columns, filters, templates and exact sizes', async () => {
  for (const spelling of [['images'], ['image'], ['image', 'ls'], ['image', 'list']])
    assert.match(
      await ignite.ok(...spelling),
      /^IMAGE ID +NAME +CREATED +SIZE\n[0-9a-f]{16} +busybox:latest +\w+ +1\.0 MB\n$/,
    );
  for (const spelling of [['kernels'], ['kernel'], ['kernel', 'ls']])
    assert.match(
      await ignite.ok(...spelling),
      /^KERNEL ID +NAME +CREATED +SIZE +VERSION\n[0-9a-f]{16} +linux-image-cloud-amd64 +\w+ +\d+\.\d MB +6\.\S+\n$/,
    );
  assert.match(await ignite.ok('images', '-q'), /^[0-9a-f]{16}\n$/);
  assert.equal(await ignite.ok('images', '-f', 'name=~alpine', '-q'), '');
  assert.equal(
    await ignite.ok('images', '-f', '{{.Status.OCISource.Size}}=1.0 MB', '--template', '{{.Name}}'),
    'busybox:latest\n',
  );
  assert.match(
    await ignite.ok('kernels', '--format', '{{.Status.Version}} {{.Status.OCISource.Size}}'),
    /^6\.\S+ \d+\.\d MB\n$/,
  );
  const [image] = (
    JSON.parse(await ignite.ok('images', '-o', 'json')) as { items: { status: { size: string } }[] }
  ).items;
  assert.match(image?.status.size ?? '', /^\d+(B|KB)$/);
});

test('inspect: one or several, as JSON or YAML, in our version or the original’s', async () => {
  const one = JSON.parse(await ignite.ok('inspect', 'VM', 'up')) as {
    spec: { memory: string; diskSize: string };
  };
  assert.deepEqual([one.spec.memory, one.spec.diskSize], ['1GB', '1500MB']);
  assert.match(await ignite.ok('inspect', 'vm', 'up', '-o', 'yaml'), /^ {2}memory: 1GB$/m);
  const several = JSON.parse(await ignite.ok('inspect', 'vm', 'up', idle.slice(0, 9))) as {
    items: { metadata: { name: string } }[];
  };
  assert.deepEqual(
    several.items.map(({ metadata }) => metadata.name),
    ['up', 'idle'],
  );
  const old = JSON.parse(await ignite.ok('inspect', 'vm', 'up', '--api-version', 'v1alpha4')) as {
    status: object;
  };
  assert.partialDeepStrictEqual(old, {
    apiVersion: 'ignite.weave.works/v1alpha4',
    metadata: { name: 'up', uid: up },
    spec: { memory: '1GB' },
    status: { running: true, network: { plugin: 'cni', ipAddresses: [address] }, idPrefix: 'ignite' },
  });
  for (const query of ['busybox', 'busybox:latest', 'docker.io/library/busybox', 'busyb'])
    assert.equal(await ignite.ok('inspect', 'image', query, '-t', '{{.Name}}'), 'busybox:latest\n', query);
  assert.match(await ignite.ok('inspect', 'Kernel', 'linux', '-t', '{{.Name}}'), /^linux-image/);
  assert.match(await refused('inspect', 'foo', 'up'), /^error: unrecognized kind: "foo"\n/);
  assert.match(
    await refused('inspect', 'volume', 'up', '--api-version', 'v1alpha4'),
    /^error: --api-version v1alpha4: the original had no volume\n/,
  );
  assert.match(
    await refused('inspect', 'vm', 'up', '-o', 'xml'),
    /^error: unrecognized output format: "xml"\n/,
  );
});

test('a query with a tag is never taken for the beginning of a longer one, nor is an ambiguous one guessed', async () => {
  for (const query of ['busybox:late', 'busybox:latest-special', 'usybox'])
    assert.match(
      (await ignite.run('rmi', query)).stderr,
      /^error: there is no image with the name or uid /,
      query,
    );
  const created = await ignite.ok('create', '-q', 'busybox', '--name', 'up-too', '--memory', '128MB');
  assert.equal(await ignite.ok('inspect', 'vm', 'up', '-t', '{{.Name}}'), 'up\n');
  const { code, stderr } = await ignite.run('inspect', 'vm', 'u');
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^error: ambiguous VM query: "u" matched the following IDs\/names: up, up-too\nhint: /,
  );
  // All VMs are looked up before anything is done to the first one.
  assert.equal((await ignite.run('rm', 'up-too', 'nobody')).code, 1);
  assert.equal(await ignite.ok('rm', '-q', 'up-too'), created);
});

test('version: short, as JSON and as YAML, with the VMM that it is', async () => {
  assert.match(await ignite.ok('version'), /^Ignite version: \d+\.\d+\.\d+ .*\nVMM version: .*QEMU \d+\.\d+/);
  assert.match(await ignite.ok('version', '-o', 'short'), /^v\d+\.\d+\.\d+\n$/);
  const document = JSON.parse(await ignite.ok('version', '-o', 'json')) as Record<
    string,
    { gitVersion: string }
  >;
  assert.match(document['igniteVersion']?.gitVersion ?? '', /^v\d+\.\d+\.\d+$/);
  assert.match(document['firecrackerVersion']?.gitVersion ?? '', /^v\d+\.\d+/);
  assert.match(await ignite.ok('version', '-o', 'yaml'), /^firecrackerVersion:\n {2}gitVersion: v/m);
  assert.match(await refused('version', '-o', 'x'), /^error: invalid output format: x\n/);
});

test('what only looks needs no root and no data directory', () => {
  const env = { ...process.env, IGNITE_DATA_DIR: `${ignite.dir}/none`, IGNITE_RUN_DIR: `${ignite.dir}/none` };
  // In a user namespace of its own, the command runs as nobody, without any capabilities.
  const asNobody = (...args: readonly string[]): string =>
    execFileSync('unshare', ['--user', program, ...args], { env, encoding: 'utf8' });
  assert.equal(lines(asNobody('ps', '-a')).length, 1);
  for (const args of [
    ['images', '-q'],
    ['kernels', '-q'],
    ['ps', '-a', '-t', '{{.Name}}'],
  ])
    assert.equal(asNobody(...args), '', args.join(' '));
  assert.match(asNobody('version', '-o', 'short'), /^v/);
});

test('a store that may not be read is no empty one, and does not spoil completion', () => {
  const dir = join(ignite.dir, 'closed');
  mkdirSync(dir);
  writeFileSync(join(dir, 'state.db'), '', { mode: 0 });
  const asNobody = (...args: readonly string[]) =>
    spawnSync('unshare', ['--user', program, ...args], {
      env: { ...process.env, IGNITE_DATA_DIR: dir },
      encoding: 'utf8',
    });
  const listed = asNobody('ps');
  assert.deepEqual([listed.status, listed.stdout], [1, '']);
  assert.match(listed.stderr, /^error: this command requires root: you may not read \S+\nhint: .*sudo/);
  assert.match(asNobody('complete', '--', 'vers').stdout, /^version\t/);
  assert.equal(asNobody('complete', '--', 'start', '').status, 0);
});

test('output to a full device is reported as not written', () => {
  const { status, stderr } = spawnSync('sh', ['-c', `'${program}' version -o short > /dev/full`], {
    encoding: 'utf8',
  });
  assert.deepEqual([status, /^error: ENOSPC: .*\nhint: free some disk space/.test(stderr)], [1, true]);
});

test('a table is shortened for the terminal it is on, unless it is told not to, and never in a pipe', async () => {
  {
    await using terminal = ignite.onTerminal(['kernels', '-o', 'wide']);
    await terminal.shows(/linux-image-cloud-amd64 .*amd64\s+$/);
  }
  {
    await using terminal = ignite.onTerminal(['kernels'], 60);
    await terminal.shows(/^KERNEL ID +NAME +SIZE +VERSION\s+[0-9a-f]{16} +\S+… +\S+ MB +6\.\S+…?\s+$/);
  }
  {
    await using terminal = ignite.onTerminal(['vms', '--no-trunc']);
    await terminal.shows(/6\.\S+-cloud-amd64 /);
  }
  assert.ok(!(await ignite.ok('vms')).includes('…'));
  const unknown = `stty columns 0; '${program}' help logs`;
  const help = execFileSync('script', ['--quiet', '--command', unknown, '/dev/null'], { encoding: 'utf8' });
  assert.match(help, /^Show the output of a VM since its last start\r\n/);
});

for (const columns of [80, 60, 40, 20])
  test(`ps on a terminal of ${columns} columns wraps no line, and names each VM with its state`, async () => {
    await using terminal = ignite.onTerminal(['vms'], columns);
    const text = await terminal.shows(/Created[^]*idle\s[^]*Up [^]*up\s/);
    const shown = lines(text.replaceAll('\r', ''));
    assert.equal(shown.length, 3, text);
    assert.ok(
      shown.every((line) => line.length <= columns),
      text,
    );
  });

test('NO_COLOR: on a terminal too, nothing is bold or coloured', async () => {
  {
    await using terminal = ignite.onTerminal(['--help']);
    await terminal.shows(/\u001b\[1m[^]*more information on a command/);
  }
  await using terminal = ignite.with({ NO_COLOR: '1' }).onTerminal(['--help']);
  await terminal.shows(/^[^\u001b]*Global flags[^\u001b]*more information on a command/);
});
