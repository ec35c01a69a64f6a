import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Vm } from '@ignite/api/v1/vm';
import type { WarmPool } from '@ignite/api/v1/warm-pool';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const patienceMs = 600_000;

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(80);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('sshd')}`);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

const namesOf = async (...filter: readonly string[]): Promise<readonly string[]> =>
  (await ignite.ok('ps', '-a', ...filter, '--format', '{{.metadata.name}}')).split('\n').filter(Boolean);
const vmNamed = async (name: string): Promise<Vm> => JSON.parse(await ignite.ok('inspect', name)) as Vm;
const poolNamed = async (name: string): Promise<WarmPool> =>
  JSON.parse(await ignite.ok('pool', 'inspect', name)) as WarmPool;

test('run --pool: a VM that was ready becomes that of its taker, and ignited makes another one', async () => {
  const flags = ['--image', 'sshd', '--ready', '1', '--ssh', '--memory', '128MB', '--label', 'kind=worker'];
  assert.match(
    await ignite.ok('pool', 'create', 'workers', ...flags),
    /^Created pool "workers" with ID "\w+": 1 VMs are ready\nignited does not run, so nobody replaces VMs that are taken until "ignite pool scale" does\n$/,
  );
  const [member = ''] = await namesOf();
  assert.match(member, /^workers-\w{5}$/);
  assert.match(await ignite.ok('ps'), /Up \w+ \(Pool workers\)/);
  const before = await vmNamed(member);
  assert.match(
    (await ignite.run('pool', 'create', 'workers', '--image', 'sshd')).stderr,
    /POOL_NAME_TAKEN|for other VMs/,
  );

  const told = await ignite.ok('run', '--pool', 'workers', '--name', 'web', '--label', 'app=web');
  assert.match(told, /^Started VM "web" with address 10\.80\.\d+\.\d+\n$/);
  const taken = await vmNamed('web');
  assert.equal(taken.metadata.uid, before.metadata.uid);
  assert.equal(taken.status.startTime, before.status.startTime, 'it was not booted again');
  assert.deepEqual(taken.metadata.labels, { kind: 'worker', app: 'web' });
  const said = await ignite.ok(
    ...['exec', 'web', '--', '/run/ignite/busybox', 'sh', '-c'],
    'cat /proc/sys/kernel/hostname /etc/hostname; /run/ignite/busybox grep 10.80 /etc/hosts',
  );
  const [address = ''] = taken.status.network?.ipAddresses ?? [];
  assert.equal(said, `web\nweb\n${address} web\n`);
  assert.deepEqual(await namesOf(), ['web']);
  assert.equal((await poolNamed('workers')).status.readyReplicas, 0);

  const daemon = ignite.start(['daemon']);
  try {
    for (const began = Date.now(); (await poolNamed('workers')).status.readyReplicas < 1; await delay(500))
      assert.ok(Date.now() - began < patienceMs, daemon.told());
    const [next = ''] = await namesOf('--filter', 'label=ignite.weave.works/pool=workers');
    assert.notEqual(next, member);
    const { uid } = (await poolNamed('workers')).metadata;
    assert.equal(await ignite.ok('pool', 'rm', 'workers'), `${uid}\n`);
    assert.deepEqual(await namesOf(), ['web']);
  } finally {
    daemon.terminate();
    await daemon.ended;
  }
  assert.match((await ignite.run('run', '--pool', 'workers')).stderr, /there is no pool/);
});
