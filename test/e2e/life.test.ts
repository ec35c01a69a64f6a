import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import { BusyboxHost, busybox } from './fixtures/busybox.ts';
import type { Ignite } from './fixtures/ignite.ts';
import { powerCut } from './fixtures/power-cut.ts';

let host: BusyboxHost;
let ignite: Ignite;
before(async () => {
  host = await BusyboxHost.open(171);
  ({ ignite } = host);
});
after(() => host[Symbol.asyncDispose]());

const run: BusyboxHost['run'] = (...asked) => host.run(...asked);
const until: BusyboxHost['until'] = (...wanted) => host.until(...wanted);

interface Plan {
  readonly actions: readonly { readonly effect?: string }[];
}

const inspect = async (vm: string): Promise<Vm> => JSON.parse(await ignite.ok('inspect', vm)) as Vm;

const namesUp = async (): Promise<readonly string[]> =>
  (await ignite.ok('ps', '--format', '{{.metadata.name}}')).split('\n').filter(Boolean).toSorted();

test('running=true after host reboot: ps tells the truth, and restore starts the VMs that are to come back', async () => {
  await run('one-off', 'exec sleep 1000');
  await run('worker', 'exit 0', '--restart', 'on-failure');
  await run(
    'server',
    'echo I am $(cat /proc/sys/kernel/hostname); set -- $(df -k / | tail -1); echo size $2 cpus $(nproc); exec sleep 1000',
    '--restart',
    'unless-stopped',
  );
  await run('resting', 'exec sleep 1000', '--restart', 'unless-stopped');
  await ignite.ok('stop', '-f', 'resting');
  await run('retrier', 'exec sleep 1000', '--restart', 'on-failure:1');
  await until('worker is done', async () => (await inspect('worker')).status.exitCode === 0);
  const [oneOff, server, retrier] = await Promise.all(['one-off', 'server', 'retrier'].map(inspect));
  await powerCut(
    ignite,
    [oneOff!, server!, retrier!].map(({ metadata }) => metadata.uid),
  );
  assert.deepEqual(await namesUp(), []);

  const said = await ignite.ok('restore');
  assert.match(
    said,
    /^Started VM "(server|retrier)" with address .*\nStarted VM "(server|retrier)" with .*\n$/,
  );
  assert.deepEqual(await namesUp(), ['retrier', 'server']);
  for (const before of [server!, retrier!]) {
    const { status } = await inspect(before.metadata.uid);
    assert.deepEqual(status.network?.ipAddresses, before.status.network?.ipAddresses);
  }
  assert.equal(await ignite.ok('restore'), '', 'a second time there is nothing to do');
  await ignite.ok('start', 'one-off');
  await ignite.ok('rm', '-f', 'one-off', 'worker', 'resting', 'retrier');
});

test('rename: the VM is known by its new name at once, to its guest from the next boot on', async () => {
  const before = await inspect('server'); // it runs since the reboot
  const resolver = new Resolver({ timeout: 30_000, tries: 2 });
  resolver.setServers(['10.171.0.1']);
  const taken = await ignite.run('rename', 'server', 'server');
  assert.equal(taken.code, 0, 'which it has already');
  assert.match((await ignite.run('rename', 'server', 'No Name')).stderr, /not a VM name: "No Name"\nhint: /);
  assert.equal(
    await ignite.ok('rename', 'server', 'web'),
    `Renamed VM with ID "${before.metadata.uid}" to "web"\n`,
  );
  assert.deepEqual(await resolver.resolve4('web'), before.status.network?.ipAddresses);
  await assert.rejects(resolver.resolve4('server'));
  assert.equal((await inspect('web')).metadata.uid, before.metadata.uid);
  assert.match((await ignite.run('inspect', 'server')).stderr, /there is no VM/);
  await ignite.ok('create', busybox, '--name', 'other');
  assert.match((await ignite.run('rename', 'other', 'web')).stderr, /a VM named "web" already exists/);
  await ignite.ok('rm', 'other');
  await ignite.ok('stop', '-f', 'web');
  await ignite.ok('start', 'web');
  await until('it knows its name', async () => /^I am web\r?$/m.test(await ignite.ok('logs', 'web')));
});

test('update: some at once, the rest at the next start, and what needs a new VM not at all', async () => {
  const before = await inspect('web'); // it was renamed above
  const { vmm } = await ignite.processesOf('web');
  const live = await ignite.ok('update', 'web', '-l', 'tier=front', '--restart', 'always');
  assert.match(live, /^~ VM\/web: changed live\n {4}metadata.labels.tier +\(none\) → front\n/);
  const said = await ignite.ok('update', 'web', '-l', 'tier-', '--memory', '160MB', '--size', '5GB');
  assert.match(said, /spec.memory +128MB → 160MB {3}\(at the next start\)\n/);
  const { metadata, spec, status } = await inspect('web');
  assert.deepEqual(metadata.labels, {});
  assert.equal(spec.restartPolicy, 'always');
  assert.deepEqual(status.pending?.toSorted(), ['spec.diskSize', 'spec.memory']);
  assert.equal((await ignite.processesOf('web')).vmm?.pid, vmm?.pid, 'it was not restarted');

  const smaller = await ignite.run('update', 'web', '--size', '1GB');
  assert.equal(smaller.code, 2);
  assert.match(smaller.stderr, /spec.diskSize 5GB → 1GB requires a new VM\nhint: /);
  assert.match((await ignite.run('update', 'web', '--memory', '1')).stderr, /spec.memory: /);
  assert.match((await ignite.run('update', 'web')).stderr, /requires at least one change/);
  assert.match(
    (await ignite.run('update', 'web', '--memory', '160MB')).stderr,
    /no changes made; changes at the next start: .*spec.memory/,
  );

  const restarted = await ignite.ok('update', 'web', '--cpus', '2', '--restart-now');
  assert.match(restarted, /^~ VM\/web: changed with a restart\n {4}spec.cpus {3}1 → 2\n/);
  const after = await inspect('web');
  assert.notEqual((await ignite.processesOf('web')).vmm?.pid, vmm?.pid);
  assert.equal(after.status.pending, undefined);
  assert.deepEqual(after.status.network?.ipAddresses, before.status.network?.ipAddresses);
  await until('its file system has grown', async () =>
    /^size [45]\d{6} cpus 2\r?$/m.test(await ignite.ok('logs', 'web')),
  );
});

test('update: a guest gives memory back while it runs, and gets it again up to what it was booted with', async () => {
  const tell = "while :; do echo free $(awk '/MemFree/{print $2}' /proc/meminfo); sleep 0.5; done";
  await ignite.ok('run', busybox, '--name', 'roomy', '--memory', '512MB', '--', 'sh', '-c', tell);
  const freeMb = async (): Promise<number> => {
    const told = [...(await ignite.ok('logs', 'roomy', '--tail', '3')).matchAll(/^free (\d+)\r?$/gm)];
    return Number(told.at(-1)?.[1]) / 1_024;
  };
  await until('it tells what is free', async () => (await freeMb()) > 300);
  const before = await ignite.processesOf('roomy');

  const less = await ignite.run('update', 'roomy', '--memory', '256MB');
  assert.match(less.stdout, /^~ VM\/roomy: changed live\n {4}spec.memory {3}512MB → 256MB\n/);
  assert.doesNotMatch(less.stderr, /warning/);
  await until('it has less', async () => (await freeMb()) < 200);
  assert.equal(String((await inspect('roomy')).status.memory), '256MB');

  const manifest = join(ignite.dir, 'roomy.yaml');
  const { apiVersion, kind, spec } = await inspect('roomy');
  const wanted = { apiVersion, kind, metadata: { name: 'roomy' }, spec: { ...spec, memory: '384MB' } };
  writeFileSync(manifest, JSON.stringify(wanted));
  const [planned] = (JSON.parse((await ignite.run('diff', '-f', manifest, '-o', 'json')).stdout) as Plan)
    .actions;
  assert.equal(planned?.effect, 'live');
  assert.match(await ignite.ok('apply', '-f', manifest), /^VM\/roomy applied$/m);
  await until('it has more again', async () => (await freeMb()) > 220);

  const more = await ignite.ok('update', 'roomy', '--memory', '1GB');
  assert.match(more, /spec.memory {3}384MB → 1GB {3}\(at the next start\)\n/);
  assert.deepEqual((await inspect('roomy')).status.pending, ['spec.memory']);
  await until('it has all that it was booted with', async () => (await freeMb()) > 300);

  const reverted = await ignite.ok('update', 'roomy', '--memory', '512MB');
  assert.match(reverted, /^~ VM\/roomy: changed live\n/);
  const after = await inspect('roomy');
  assert.deepEqual([after.status.pending, after.status.memory], [undefined, undefined]);
  assert.equal((await ignite.processesOf('roomy')).vmm?.pid, before.vmm?.pid, 'it was never restarted');
  await ignite.ok('rm', '-f', 'roomy');
});

test('logs: of the last start, of earlier ones, of a span of time, with times', async () => {
  await run('talker', 'echo x >>/starts; sync; echo run $(wc -l </starts); exec sleep 1000');
  const said = async (...flags: readonly string[]): Promise<readonly string[]> =>
    [...(await ignite.ok('logs', ...flags, 'talker')).matchAll(/^.*run \d/gm)].map(([text]) => text);
  await until('it has spoken', async () => (await said()).length === 1);
  await ignite.ok('stop', '-f', 'talker');
  assert.deepEqual(await said(), ['run 1'], 'it has stopped');
  const between = new Date().toISOString();
  await ignite.ok('start', 'talker');
  await until('it has spoken again', async () => (await said())[0] === 'run 2');
  assert.deepEqual(await said('--all'), ['run 1', 'run 2']);
  assert.deepEqual(await said('--since', between), ['run 2']);
  assert.deepEqual(await said('--since', '1h', '--until', between), ['run 1']);
  const [timed = ''] = await said('-t');
  assert.ok(Date.parse(timed.split(' ')[0]!) > Date.parse(between));
  assert.match((await ignite.run('logs', '--since', 'noon', 'talker')).stderr, /not a time\nhint: /);
  await ignite.ok('rm', '-f', 'talker');
});

test('install-service --dry-run prints the unit that would run restore, and writes nothing', async () => {
  const unit = await ignite.ok('install-service', '--dry-run');
  assert.match(unit, new RegExp(`^ExecStart=/.* --data-dir=${ignite.dir}/data .* restore$`, 'm'));
  assert.match(unit, /^Environment=IGNITE_CNI_BRIDGE=igtest171$/m);
});

test('restart stops a VM and starts it again, and starts one that has stopped', async () => {
  await run('again', 'exec sleep 1000');
  const started = async (): Promise<string | undefined> => (await inspect('again')).status.startTime;
  const first = await started();
  assert.match(await ignite.ok('restart', '-f', 'again'), /^Restarted VM with name "again" and ID "/);
  const second = await started();
  assert.notEqual(second, first);
  await ignite.ok('kill', 'again');
  assert.match(await ignite.ok('restart', '-q', 'again'), /^[0-9a-f]{16}\n$/);
  assert.notEqual(await started(), second);
});
