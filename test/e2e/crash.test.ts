import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { Killer, completesWhatWasKilled, isRunning, runArgs } from './shared/killed-commands.ts';

/**
 * The number of moments at which each command is killed, spread over the time that it takes. The long form
 * of these tests has twelve.
 */
const rounds = Number(process.env['IGNITE_CRASH_ROUNDS'] ?? 4);

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(104);
  mkdirSync(join(ignite.dir, 'cni'));
  writeFileSync(join(ignite.dir, 'cni/20-second.conflist'), JSON.stringify(secondNetwork));
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

const secondNetwork = {
  cniVersion: '0.4.0',
  name: 'second',
  plugins: [
    {
      ...{ type: 'bridge', bridge: 'igx104', isGateway: true, ipMasq: true },
      ipam: { type: 'host-local', ranges: [[{ subnet: '10.105.0.0/24' }], [{ subnet: 'fd00:105::/64' }]] },
    },
    { type: 'firewall' },
  ],
};

const killer = new Killer(rounds);
const onTwoNetworks = ['--network', 'ignite-test-104', '--network', 'second'];
const running = (name: string): Promise<boolean> => isRunning(name, ignite);

for (let round = 1; round <= rounds; round += 1)
  test(`kill -9 during run, stop and rm, round ${round}: the next command completes or clears up`, () =>
    completesWhatWasKilled(killer, round, ignite, onTwoNetworks));

test('kill -9 while an image or a kernel is made: the next command starts anew and keeps nothing else', async () => {
  const data = join(ignite.dir, 'data');
  const boots = async (name: string): Promise<void> => {
    assert.match(await ignite.ok('run', '-i', 'busybox', '--name', name, '--', 'echo', 'booted'), /booted/);
    await ignite.ok('rm', name);
  };
  await boots('before'); // the first boot of a kernel, and the first VM of a network, leave things that all later VMs use
  const before = filesBelow(data);
  const source = `oci-archive:${imageArchive('http')}`;
  for (let round = 1; round <= rounds; round += 1) {
    await killer.killedIn(round, 600, ignite, ['image', 'import', source]);
    await killer.killedIn(round, 2_500, ignite, ['kernel', 'build']);
  }
  await ignite.ok('image', 'import', source);
  await ignite.ok('kernel', 'build');
  await boots('after');
  await ignite.ok('rmi', 'http');
  assert.deepEqual(filesBelow(data), before);
});

function filesBelow(dir: string): readonly string[] {
  const names = readdirSync(dir, { recursive: true }) as readonly string[];
  return names.filter((name) => !/^state\.db-|^locks\/|^oci\/\.|^scratch$|^vms$/.test(name)).sort();
}

test('twenty runs at once all come to be, each with an address of its own', async () => {
  const names = Array.from({ length: 20 }, (_, at) => `many-${at}`);
  const results = await Promise.all(names.map((name) => ignite.run(...runArgs(name))));
  for (const { code, stderr } of results) assert.equal(code, 0, stderr);
  const addresses = (await ignite.ok('ps', '--format', '{{json .status.network.ipAddresses}}'))
    .trim()
    .split('\n');
  assert.equal(new Set(addresses).size, 20, await ignite.ok('ps', '-a'));
  await ignite.ok('rm', '-f', ...names);
});

test('commands on one VM at once take turns, whichever wins', async () => {
  await ignite.ok(...runArgs('contested'));
  const commands = [['stop', '--time', '0'], ['start'], ['kill'], ['start'], ['stop', '-f']] as const;
  const results = await Promise.all(commands.map((command) => ignite.run(...command, 'contested')));
  for (const { code, stderr } of results) assert.equal(code, 0, stderr);
  const both = await Promise.all([ignite.run('rm', '-f', 'contested'), ignite.run('rm', '-f', 'contested')]);
  assert.ok(both.some(({ code }) => code === 0));
  for (const { code, stderr } of both) assert.ok(code === 0 || /there is no VM/.test(stderr), stderr);
  const taken = await Promise.all([ignite.run(...runArgs('twin')), ignite.run(...runArgs('twin'))]);
  assert.equal(taken.filter(({ code }) => code === 0).length, 1);
  assert.match(
    taken.find(({ code }) => code === 1)?.stderr ?? '',
    /a VM named "twin" already exists\nhint: /,
  );
  await ignite.ok('rm', '-f', 'twin');
});

test('create, rmi and prune at once: every VM that came to be has its image, and starts', async () => {
  const image = `oci-archive:${imageArchive('busybox')}`;
  const names = ['kept-1', 'kept-2', 'kept-3'];
  await ignite.ok('image', 'rm', 'busybox');
  await ignite.ok('image', 'import', image);
  const [created, removed] = await Promise.all([
    Promise.all(names.map((name) => ignite.run('create', image, '--name', name, '--memory', '128MB'))),
    Promise.all(
      [
        ['rmi', 'busybox'],
        ['image', 'prune', '-f'],
        ['rmi', 'busybox'],
      ].map((args) => ignite.run(...args)),
    ),
  ]);
  for (const { code, stderr } of created) assert.equal(code, 0, stderr);
  for (const { code, stderr } of removed)
    assert.ok(code === 0 || /is used by VM|there is no image/.test(stderr), stderr);
  const last = names.at(-1)!;
  await ignite.ok('start', last);
  assert.ok(await running(last));
  assert.match((await ignite.run('rmi', 'busybox')).stderr, /image "busybox:latest" is used by VM/);
  await ignite.ok('rm', '-f', ...names);
});
