import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { lstatSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { Ignite } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { LegacyHost, legacyImage, legacyKernel } from './fixtures/legacy.ts';

const uids = { web: 'cc00010000000000', db: 'cc00020000000000', own: 'cc00030000000000' } as const;
const broken = { json: 'cc000e0000000000', field: 'cc000f0000000000' } as const;
let leaks: AsyncDisposable;
let host: LegacyHost;
let ignite: Ignite;
const merged = new Map<string, string>();
before(async () => {
  leaks = watchLeaks();
  host = new LegacyHost();
  host.addKernel();
  for (const vm of [
    {
      name: 'web',
      kernel: legacyKernel,
      running: true,
      ssh: true,
      copyFiles: [{ hostPath: '/etc/hostname', vmPath: '/copied' }],
    },
    { name: 'db', version: 'v1alpha2' },
    { name: 'own', version: 'v1alpha3', kernel: legacyKernel },
  ] as const) {
    const uid = uids[vm.name];
    const made = host.addVm({ ...vm, uid, kept: `by ${vm.name}` });
    assert.ok(made.exceptions > 256, 'the store has more than one area');
    merged.set(uid, made.merged);
  }
  host.addBrokenVm(broken.json, '{"kind": "VM", ');
  host.addBrokenVm(
    broken.field,
    JSON.stringify({
      kind: 'VM',
      apiVersion: 'ignite.weave.works/v1alpha4',
      metadata: { name: 'x', uid: broken.field },
      spec: { image: { oci: legacyImage }, cpu: 2 },
    }),
  );
  ignite = await Ignite.open(131);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  host[Symbol.dispose]();
  await leaks[Symbol.asyncDispose]();
});

const importing = (...args: readonly string[]): readonly string[] => [
  'import-legacy',
  '--from',
  host.dir,
  ...args,
];

/** Lists every file with its content, mode and time. */
function stateOf(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const path = join(dir, name);
      const { mode, mtimeNs, size } = lstatSync(path, { bigint: true });
      const hash = lstatSync(path).isFile()
        ? createHash('sha1').update(readFileSync(path)).digest('hex')
        : '';
      return [name, mode, mtimeNs, size, hash].join(' ');
    });
}

/** @throws unless the VM's disk on its base equals the original's */
function assertSameDisk(uid: string, data: string): void {
  const [image] = readdirSync(join(data, 'images')).filter((name) => /^[0-9a-f]{64}$/.test(name));
  const base = join(data, 'images', image!, 'base.ext4');
  const disk = `driver=qcow2,file.filename=${join(data, 'vms', uid, 'root.qcow2')},backing.driver=raw,backing.file.filename=${base}`;
  execFileSync('qemu-img', [
    'compare',
    '-q',
    '--image-opts',
    disk,
    `driver=raw,file.filename=${merged.get(uid)}`,
  ]);
}

describe('import-legacy', () => {
  test('truncated listings: what is broken is told of one by one, and a dry run does nothing', async () => {
    const dry = await ignite.run(...importing('--dry-run'));
    assert.equal(dry.code, 1);
    const rows = dry.stdout.split('\n').map((line) => line.trimEnd().split(/ {2,}/));
    assert.deepEqual(rows[0], ['KIND', 'NAME', 'UID', 'RESULT', 'NOTE']);
    assert.deepEqual(rows[1]?.slice(0, 4), ['Image', legacyImage, 'aa00000000000001', 'to import']);
    assert.deepEqual(rows[2]?.slice(0, 4), ['Kernel', legacyKernel, 'bb00000000000001', 'to import']);
    assert.deepEqual(rows[3]?.slice(0, 4), ['VM', 'web', uids.web, 'to import']);
    assert.match(dry.stdout, new RegExp(`${broken.json} +refused +.*/${broken.json}/metadata.json:1:\\d+: `));
    assert.match(dry.stdout, /refused +.*metadata.json:1:\d+: spec: unknown field "cpu"/);
    assert.equal(await ignite.ok('ps', '-a', '-q'), '');
  });

  test("a directory that is not the original's, and a VM that is not in it, are refused", async () => {
    const elsewhere = await ignite.run('import-legacy', '--from', ignite.dir);
    assert.deepEqual([elsewhere.code, elsewhere.stdout], [2, '']);
    assert.match(elsewhere.stderr, /is not a data directory of the original Ignite\nhint: /);
    const unknown = await ignite.run(...importing('nobody'));
    assert.deepEqual([unknown.code, /there is no VM "nobody"/.test(unknown.stderr)], [2, true]);
  });

  test('a VM that the original still runs is refused, and imported once it is stopped, with its kernel alone', async () => {
    const socket = join(host.dir, 'vm', uids.own, 'prometheus.sock');
    const server = createServer().listen(socket);
    await once(server, 'listening');
    const refused = await ignite.run(...importing('own'));
    assert.deepEqual(
      [refused.code, /still running under the original Ignite/.test(refused.stdout)],
      [1, true],
    );
    server.close();
    await once(server, 'close');
    rmSync(socket, { force: true });
    const done = await ignite.ok(...importing('own'));
    assert.deepEqual(
      done
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(/ {2,}/).slice(0, 2)),
      [
        ['Image', legacyImage],
        ['Kernel', legacyKernel],
        ['VM', 'own'],
      ],
    );
    assertSameDisk(uids.own, join(ignite.dir, 'data'));
  });

  test('everything is taken over, changed nowhere, and once', async () => {
    const [before, whole] = [stateOf(host.dir), await ignite.run(...importing())];
    assert.deepEqual(stateOf(host.dir), before, 'the source is untouched');
    assert.equal(whole.code, 1, 'what is broken counts as refused');
    assert.match(whole.stdout, /^VM +own +\w+ +present$/m);
    assert.match(whole.stdout, /^VM +db +\w+ +imported$/m);
    assert.match(whole.stderr, /To start them, run: ignite start web\n$/);
    for (const uid of Object.values(uids)) assertSameDisk(uid, join(ignite.dir, 'data'));

    const { metadata, spec, status } = JSON.parse(await ignite.ok('inspect', 'vm', 'web', '-o', 'json'));
    assert.deepEqual(
      [metadata.uid, metadata.labels, metadata.creationTimestamp],
      [uids.web, { of: 'web' }, '2021-02-03T04:05:06.000Z'],
    );
    assert.deepEqual([spec.power, status.phase, spec.kernel], ['Stopped', 'Stopped', { oci: legacyKernel }]);
    const db = JSON.parse(await ignite.ok('inspect', 'vm', 'db', '-o', 'json'));
    assert.deepEqual(db.spec.kernel, {}, 'the default of the original is ours');
    const key = join(ignite.dir, 'data', 'vms', uids.web, 'ssh_key');
    assert.deepEqual(readFileSync(key), readFileSync(join(host.dir, 'vm', uids.web, `id_${uids.web}`)));
    assert.equal(statSync(key).mode & 0o777, 0o600);

    const again = await ignite.run(...importing('web', 'db', 'own', '-q'));
    assert.deepEqual([again.code, again.stdout], [0, '']);
    assert.equal((await ignite.ok('ps', '-a', '-q')).trim().split('\n').length, 3);
  });

  test('an imported VM boots with its disk, its identity and its own kernel', async () => {
    // Its init prints what the test wants to know and powers off before any SSH can answer.
    const started = await ignite.run('start', 'web', '--timeout', '1000');
    assert.match(started.stderr, /VM "web" powered off/);
    const seen = await ignite.ok('logs', 'web');
    assert.match(seen, /kept=by web hosts=127.0.0.1 mine hostname=guest-itself/);
    assert.match(seen, /copied= release=\d+\.\d+/, 'files were copied when it was made, long ago');
    assert.match(seen, /size=.* (8\d|9\d) .* \/\s/m, 'the file system is as large as it was');
    assert.deepEqual(
      readFileSync(join(ignite.dir, 'data', 'vms', uids.web, 'ssh_key.pub')),
      readFileSync(join(host.dir, 'vm', uids.web, `id_${uids.web}.pub`)),
    );
  });

  test('an import that is killed at any time is finished by the next one', async () => {
    await using other = await Ignite.open(132);
    for (const ms of [250, 500, 750, 1_000, 1_500]) {
      const running = other.start(importing('web', 'own'));
      await delay(ms);
      running.kill();
      await running.ended;
    }
    await other.ok(...importing('web', 'own'));
    const names = (await other.ok('ps', '-a', '--format', '{{.metadata.name}}')).trim().split('\n').sort();
    assert.deepEqual(names, ['own', 'web']);
    const data = join(other.dir, 'data');
    for (const uid of [uids.own, uids.web]) assertSameDisk(uid, data);
    assert.equal(readdirSync(join(data, 'images')).length, 1, 'no draft is left');
    assert.deepEqual(
      readdirSync(join(data, 'vms', uids.own)).filter((name) => /draft|merging/.test(name)),
      [],
    );
  });
});
