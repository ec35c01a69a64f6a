import assert from 'node:assert/strict';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { EtcdClient } from '@ignite/toolkit/store/etcd/etcd-client';
import { CannotBuild } from '../kubernetes/fixtures/go-program.ts';
import { builtEtcdImage, debianEtcdImage } from './fixtures/etcd-images.ts';
import { Ignite, type Started } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';

/** The story of an etcd cluster, as a person goes through it. */

const patienceMs = 900_000;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Connects as `ignite etcd env` says. */
async function connect(ignite: Ignite, name: string, address?: string): Promise<EtcdClient> {
  const said = await ignite.ok('etcd', 'env', name, join(ignite.dir, 'keys'));
  const value = (variable: string): string => new RegExp(`^export ${variable}='(.*)'$`, 'm').exec(said)![1]!;
  const file = (variable: string): string => readFileSync(value(variable), 'utf8');
  assert.equal(statSync(value('ETCDCTL_KEY')).mode & 0o777, 0o600);
  return new EtcdClient({
    endpoints: address === undefined ? value('ETCDCTL_ENDPOINTS').split(',') : [`https://${address}:2379`],
    tls: { ca: file('ETCDCTL_CACERT'), cert: file('ETCDCTL_CERT'), key: file('ETCDCTL_KEY') },
    timeoutMs: 60_000,
  });
}

const put = async (client: EtcdClient, key: string, value: string): Promise<unknown> =>
  await client.call('/v3/kv/put', { key: base64(key), value: base64(value) });

async function get(client: EtcdClient, key: string): Promise<string | undefined> {
  const { kvs = [] } = await client.call<{ readonly kvs?: readonly { readonly value: string }[] }>(
    '/v3/kv/range',
    { key: base64(key) },
  );
  return kvs[0] && Buffer.from(kvs[0].value, 'base64').toString();
}

interface Member {
  readonly name: string;
  readonly address: string;
  readonly role: string;
  readonly isHealthy: boolean;
  readonly isLeader: boolean;
}

async function membersOf(ignite: Ignite, name: string): Promise<readonly Member[]> {
  const { items } = JSON.parse(await ignite.ok('etcd', 'describe', name, '-o', 'json')) as {
    readonly items: readonly { readonly status: { readonly members: readonly Member[] } }[];
  };
  return items[0]!.status.members;
}

const left = async (ignite: Ignite): Promise<string> =>
  (await ignite.ok('get', '-A', '-o', 'name'))
    .split('\n')
    .filter((line) => !/^(image|kernel|host|namespace)\/|\/kube-root-ca\.crt$|^$/.test(line))
    .join('\n');

const place: { leaks?: AsyncDisposable } = {};
before(() => (place.leaks = watchLeaks()));
after(async () => await place.leaks?.[Symbol.asyncDispose]());

describe('an etcd cluster of one member', () => {
  const { version, archive } = debianEtcdImage();
  let ignite: Ignite;
  before(async () => {
    ignite = await Ignite.openWithKernel(30);
  });
  after(async () => await ignite[Symbol.asyncDispose]());
  const asked = ['--version', version, '--memory', '256MB', '--disk', '256MB'];

  test('what cannot be is refused with what to do instead', async () => {
    const refused = async (...words: readonly string[]): Promise<string> => {
      const { code, stderr } = await ignite.run('etcd', ...words);
      return `${code}: ${stderr.split('\n')[0]}`;
    };
    assert.equal(
      await refused('create', 'db', '--version', version),
      `1: error: this host has no image ignite-etcd:${version} for the members`,
    );
    assert.equal(await refused('create', 'db', '--members', '2'), '2: error: --members: unknown value "2"');
    assert.equal(
      await refused('describe', 'db'),
      '1: error: there is no etcd cluster "db" in the namespace default',
    );
    assert.equal(
      await refused('upgrade', 'db', '--version', version),
      '1: error: there is no etcd cluster "db" in the namespace default',
    );
    const large = join(ignite.dir, 'large');
    writeFileSync(large, '');
    truncateSync(large, 65 * 2 ** 20);
    assert.equal(
      await refused('restore', 'db', '--from', large, '--memory', '128MB'),
      `2: error: --from ${large}: it has 65.0 MB, and a member takes at most 64.0 MB`,
    );
    const damaged = join(ignite.dir, 'damaged');
    writeFileSync(damaged, Buffer.alloc(544));
    assert.equal(
      await refused('restore', 'db', '--from', damaged),
      '2: error: the snapshot is damaged: its digest is another one',
    );
    assert.equal(await left(ignite), '');
  });

  test('it comes up, is backed up and deleted, and its data comes back', async () => {
    await ignite.ok('image', 'import', `oci-archive:${archive}:${version}`);
    const told = await ignite.ok('etcd', 'create', 'db', ...asked);
    assert.match(
      told,
      new RegExp(`^Created etcd cluster with ID ".*" and name "db"
etcd cluster "db" runs etcd ${version} at https://10\\.30\\.0\\.\\d+:2379\n$`),
    );
    {
      using client = await connect(ignite, 'db');
      await put(client, 'greeting', 'hello');
    }
    const tree = await ignite.ok('etcd', 'describe', 'db');
    assert.match(tree, /^EtcdCluster\/db +1\/1 +True .*\n└─Leader - VM\/db-1 +True /m);
    const snapshot = join(ignite.dir, 'db.snapshot');
    assert.match(
      await ignite.ok('etcd', 'backup', 'db', snapshot),
      new RegExp(`^Wrote .* of etcd cluster "db" to ${snapshot}\n$`),
    );
    assert.equal(statSync(snapshot).mode & 0o777, 0o600);
    assert.equal(await ignite.ok('etcd', 'delete', 'db'), 'Deleted etcd cluster "db"\n');
    assert.equal(await left(ignite), '');

    await ignite.ok('etcd', 'restore', 'db', '--from', snapshot, ...asked);
    using client = await connect(ignite, 'db');
    assert.equal(await get(client, 'greeting'), 'hello');
    await ignite.ok('etcd', 'delete', 'db');
    assert.equal(await left(ignite), '');
  });
});

const built = process.env['IGNITE_LONG_STORIES'] ? await builtEtcdImage() : undefined;
const skip =
  built === undefined
    ? 'it takes long: run scripts/test-clusters'
    : built instanceof CannotBuild
      ? built.message
      : false;

describe('an etcd cluster of three members', { skip }, () => {
  let ignite: Ignite;
  let daemon: Started;
  before(async () => {
    ignite = await Ignite.openWithKernel(31);
    const { version, archive } = built as Exclude<typeof built, CannotBuild | undefined>;
    await ignite.ok('image', 'import', `oci-archive:${archive}:${version}`);
    daemon = ignite.start(['daemon', '--api', '--api-address', '127.0.0.1:0', '--clusters']);
  });
  after(async () => {
    daemon.terminate();
    await daemon.ended;
    await ignite[Symbol.asyncDispose]();
  });

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + patienceMs; !(await holds()); await delay(1_000))
      if (Date.now() > end)
        assert.fail(`${what} did not come to pass:\n${await ignite.ok('etcd', 'describe', 'db')}`);
  }
  const names = (members: readonly Member[]): readonly string[] => members.map(({ name }) => name);
  const areHealthy = (members: readonly Member[]): boolean =>
    members.length === 3 && members.every(({ role, isHealthy }) => role === 'Voter' && isHealthy);

  test('writes go on while a member is killed, and another one is lost and replaced', async () => {
    await ignite.ok('etcd', 'create', 'db', '--members', '3', '--memory', '256MB', '--disk', '256MB');
    const first = await membersOf(ignite, 'db');
    assert.ok(areHealthy(first));
    using client = await connect(ignite, 'db');
    let [written, failed, isOver] = [0, 0, false];
    const writing = (async () => {
      while (!isOver) {
        await put(client, `key-${written}`, String(written)).then(
          () => (written += 1),
          () => (failed += 1),
        );
        await delay(200);
      }
    })();
    const goesOn = async (): Promise<void> => {
      const before = written;
      await until('a write', () => Promise.resolve(written > before + 2));
    };
    try {
      await goesOn();
      const [killed, lost] = first.filter(({ isLeader }) => !isLeader) as [Member, Member];
      const { vmm } = await ignite.processesOf(killed.name);
      process.kill(vmm!.pid, 'SIGKILL');
      await goesOn();
      // What was known of it before does not count.
      await until('another VMM', async () => (await ignite.processesOf(killed.name)).vmm?.pid !== vmm!.pid);
      using itself = await connect(ignite, 'db', killed.address);
      await until('the killed member', async () => (await get(itself, 'key-0').catch(() => '')) === '0');
      await until('three members', async () => areHealthy(await membersOf(ignite, 'db')));
      assert.deepEqual(names(await membersOf(ignite, 'db')), names(first), 'it is back with its data');
      await ignite.ok('rm', '-f', lost.name);
      await goesOn();
      await until('another member', async () => {
        const members = await membersOf(ignite, 'db');
        return areHealthy(members) && !members.some(({ address }) => address === lost.address);
      });
      await goesOn();
    } finally {
      isOver = true;
      await writing;
    }
    assert.ok(written > 10, `${written} writes, of which ${failed} had to be tried again`);
    using all = await connect(ignite, 'db');
    for (let at = 0; at < written; at += 1) assert.equal(await get(all, `key-${at}`), String(at));
  });

  test('it shrinks to one member, and nothing of it is left in the end', async () => {
    await ignite.ok('etcd', 'scale', 'db', '--members', '1');
    assert.equal((await membersOf(ignite, 'db')).length, 1);
    using client = await connect(ignite, 'db');
    assert.equal(await get(client, 'key-0'), '0');
    await ignite.ok('etcd', 'delete', 'db');
    assert.equal(await left(ignite), '');
  });
});
