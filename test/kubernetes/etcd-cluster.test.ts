import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { kinds as vmKinds } from '../../packages/api/src/v1/kinds.ts';
import { vmKind } from '../../packages/api/src/v1/object-kinds.ts';
import { restartedAtAnnotation } from '../../packages/api/src/v1/restarted-at.ts';
import type { Vm } from '../../packages/api/src/v1/vm.ts';
import { valueSchemas } from '../../packages/apiserver/src/custom-resource/value-schemas.ts';
import { readEtcdAccess } from '../../packages/cluster/src/etcd-operations/etcd-access.ts';
import { takeSnapshot } from '../../packages/cluster/src/etcd-operations/snapshot.ts';
import { etcdClusterController } from '../../packages/cluster/src/etcd/etcd-cluster-controller.ts';
import type { EtcdCluster } from '../../packages/cluster/src/kinds/etcd-cluster.ts';
import { kinds } from '../../packages/cluster/src/kinds/kinds.ts';
import { etcdClusterKind } from '../../packages/cluster/src/kinds/object-kinds.ts';
import { controllerFor } from '../../packages/cluster/src/runtime/controller.ts';
import { Objects } from '../../packages/cluster/src/runtime/objects.ts';
import { ProviderKinds } from '../../packages/cluster/src/runtime/provider-kinds.ts';
import { runControllers } from '../../packages/cluster/src/runtime/run-controllers.ts';
import {
  type KeyPair,
  clientCertificate,
  textIn,
} from '../../packages/cluster/src/workload/cluster-secrets.ts';
import { readEtcdAuthorities } from '../../packages/cluster/src/workload/etcd-authorities.ts';
import { secrets } from '../../packages/cluster/src/workload/node.ts';
import { etcdAt } from '../../packages/cluster/src/workload/remote-etcd.ts';
import { KindClient, objectsOf } from '../../packages/toolkit/src/client/kind-client.ts';
import { servedKindOf } from '../../packages/toolkit/src/client/over-store/served-kind-of.ts';
import { StoreObjectClient } from '../../packages/toolkit/src/client/over-store/store-object-client.ts';
import { systemClock as clock } from '../../packages/toolkit/src/clock/clock.ts';
import { coreKinds } from '../../packages/toolkit/src/core/kinds.ts';
import { MemoryStore } from '../../packages/toolkit/src/store/memory.ts';
import { hasCode } from '../../packages/toolkit/src/errors/coded-error.ts';
import { EtcdClient } from '../../packages/toolkit/src/store/etcd/etcd-client.ts';
import { CannotBuild, builtProgram, etcd, etcdutl } from './fixtures/go-program.ts';

/** The controller of etcd clusters with a real etcd, whose members are processes that take the place of VMs. */

const patienceMs = 300_000;
/** These members are not emulated. */
const quick = { 'heartbeat-interval': 100, 'election-timeout': 1_000 };
const key = { namespace: 'default', name: 'db' };
const programs = await Promise.all(
  [etcd, etcdutl].map(async (each) => await builtProgram(each, new AbortController().signal)),
).catch((failure: unknown) => {
  if (failure instanceof CannotBuild) return failure;
  throw failure;
});
const skip = programs instanceof CannotBuild && programs.message;
const [program = '', restoring = ''] = programs instanceof CannotBuild ? [] : programs;

interface Range {
  readonly kvs?: readonly { readonly value: string }[];
}

interface Status {
  readonly header: { readonly member_id: string };
}

interface Alarms {
  readonly alarms?: readonly { readonly memberID: string; readonly alarm: string }[];
}

interface Process {
  readonly dir: string;
  readonly address: string;
  restartedAt: string | undefined;
  /** How often it was started. */
  starts: number;
  child: ChildProcess | undefined;
}

/** Does for VMs what their host does: an address, a start with what the Secret says, and an end. */
class ProcessHost {
  readonly processes = new Map<string, Process>();
  readonly #client: StoreObjectClient;
  readonly #dir: string;
  #count = 0;

  constructor(client: StoreObjectClient, dir: string) {
    this.#client = client;
    this.#dir = dir;
  }

  async tend(): Promise<void> {
    const { items } = await new KindClient(this.#client, vmKind).list();
    for (const vm of items)
      await this.#tendVm(vm).catch((failure: unknown) => {
        if (!hasCode(failure, 'NOT_FOUND')) throw failure; // it has been removed meanwhile
      });
    for (const uid of this.processes.keys())
      if (!items.some(({ metadata }) => metadata.uid === uid)) {
        await this.stop(uid);
        this.processes.delete(uid);
      }
  }

  async stop(uid: string): Promise<void> {
    const { child } = this.processes.get(uid) ?? {};
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async #tendVm(vm: Vm): Promise<void> {
    const { uid, namespace, name, annotations } = vm.metadata;
    let own = this.processes.get(uid);
    if (!own) {
      this.#count += 1;
      const dir = join(this.#dir, `${name}-${this.#count}`);
      own = { dir, address: `127.6.2.${this.#count}`, restartedAt: undefined, starts: 0, child: undefined };
      this.processes.set(uid, own);
      const network = { ipAddresses: [own.address], mac: '', gateway: '' };
      await new KindClient(this.#client, vmKind).modifyStatus(vm.metadata, (now) => ({
        ...now,
        status: { ...now.status, phase: 'Running', network },
      }));
    }
    const restartedAt = annotations[restartedAtAnnotation];
    if (restartedAt === own.restartedAt) return;
    await this.stop(uid);
    const secretName = vm.spec.cloudInit!.userDataSecretRef!.name;
    const secret = await objectsOf(this.#client, secrets).get({ namespace, name: secretName });
    this.#write(own, textIn(secret, 'value')!);
    for (const { hostPath, vmPath } of vm.spec.copyFiles)
      copyFileSync(hostPath, join(own.dir, basename(vmPath)));
    own.restartedAt = restartedAt;
    this.#start(own);
  }

  /** Writes what the boot commands write, in the folder of the process. */
  #write(own: Process, userData: string): void {
    mkdirSync(own.dir, { recursive: true });
    const { bootcmd } = JSON.parse(userData.replace('#cloud-config\n', '')) as {
      readonly bootcmd: readonly (readonly string[])[];
    };
    for (const words of bootcmd) {
      const [path, content] = words.slice(-2) as [string, string];
      const here = content.replaceAll('/etc/etcd/', `${own.dir}/`).replaceAll('/var/lib/etcd', own.dir);
      // Every guest has a loopback of its own, unlike these.
      const alone = here.replace(/,https:\/\/127\.0\.0\.1:2379/, '');
      writeFileSync(join(own.dir, basename(path)), alone, { mode: 0o600 });
    }
  }

  /** Does what the image does. */
  #start(own: Process): void {
    const [restore, data] = [join(own.dir, 'restore'), join(own.dir, 'data')];
    if (existsSync(restore) && !existsSync(data)) {
      const words = readFileSync(restore, 'utf8').split('\n').filter(Boolean);
      execFileSync(restoring, ['snapshot', 'restore', ...words], { stdio: 'ignore' });
    }
    own.starts += 1;
    own.child = spawn(program, ['--config-file', join(own.dir, 'etcd.json')], { stdio: 'ignore' });
  }
}

describe('an etcd cluster', { skip }, () => {
  const stop = new AbortController();
  const client = new StoreObjectClient(
    new MemoryStore(),
    [...kinds, ...vmKinds, ...coreKinds].map(servedKindOf),
  );
  const clusters = new KindClient(client, etcdClusterKind);
  const vms = new KindClient(client, vmKind);
  let dir: string;
  let host: ProcessHost;
  let running: Promise<unknown>;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'etcd-cluster-'));
    host = new ProcessHost(client, dir);
    const { signal } = stop;
    const log = (): void => {};
    const work = {
      objects: new Objects({ client, clock, log, signal }),
      providers: new ProviderKinds(client, []),
      workloads: { of: () => Promise.resolve(undefined) },
      schemas: valueSchemas,
      etcdAt: etcdAt(Date.now),
      ...{ clock, log, suffix: () => 'abcde' },
    };
    const tending = (async () => {
      for (; !signal.aborted; await delay(200)) await host.tend();
    })();
    running = Promise.allSettled([
      runControllers([controllerFor(etcdClusterController)], work, { signal }),
      tending,
    ]);
  });
  after(async () => {
    stop.abort();
    await running;
    for (const uid of host.processes.keys()) await host.stop(uid);
    rmSync(dir, { recursive: true });
  });

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + patienceMs; !(await holds()); await delay(200))
      if (Date.now() > end)
        assert.fail(`${what} did not come to pass: ${JSON.stringify((await clusters.find(key))?.status)}`);
  }
  const isReady = async (replicas: number): Promise<boolean> => {
    const { status, metadata } = (await clusters.get(key)) as EtcdCluster;
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    return (
      ready === 'True' && status?.observedGeneration === metadata.generation && status.replicas === replicas
    );
  };
  const names = async (): Promise<readonly string[]> =>
    (await vms.list()).items.map(({ metadata }) => metadata.name).toSorted();
  const change = async (changes: object): Promise<void> =>
    void (await clusters.modify(key, (now) => ({ ...now, spec: { ...now.spec, ...changes } })));
  async function connect(): Promise<EtcdClient> {
    const { endpoints, authority } = await readEtcdAccess(await clusters.get(key), client, stop.signal);
    const { certificate: cert, key: own } = clientCertificate(authority, { name: 'test', nowMs: Date.now() });
    return new EtcdClient({ endpoints, tls: { ca: authority.certificate, cert, key: own } });
  }
  /** A call that meets an election is refused, and has to be made again. */
  async function answered<T>(etcdClient: EtcdClient, path: string, request: object): Promise<T> {
    let answer: T | undefined;
    await until(`an answer of ${path}`, async () => {
      answer = await etcdClient.call<T>(path, request).catch(() => undefined);
      return answer !== undefined;
    });
    return answer!;
  }
  const hasData = async (etcdClient: EtcdClient): Promise<void> =>
    await until('the data', async () => {
      const { kvs = [] } = await answered<Range>(etcdClient, '/v3/kv/range', { key: base64('a') });
      return kvs[0]?.value === base64('b');
    });
  /** Waits until the cluster tells which member leads, and returns it. */
  async function leaderOf(replicas: number): Promise<string> {
    let leaders: readonly string[] = [];
    await until('a leader', async () => {
      const { members = [] } = (await clusters.get(key)).status ?? {};
      leaders = members.filter(({ isLeader }) => isLeader).map(({ name }) => name);
      return members.length === replicas && leaders.length === 1;
    });
    return leaders[0]!;
  }
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  test('it begins with one member, and grows to three', async () => {
    await clusters.create({ metadata: key, spec: { replicas: 1, version: '3.6.5', config: quick } });
    await until('one member', async () => await isReady(1));
    using etcdClient = await connect();
    await answered(etcdClient, '/v3/kv/put', { key: base64('a'), value: base64('b') });
    await change({ replicas: 3 });
    await until('three members', async () => await isReady(3));
    assert.deepEqual(await names(), ['db-1', 'db-2', 'db-3']);
    const { status } = await clusters.get(key);
    assert.equal(status?.version, '3.6.5');
    assert.deepEqual(
      status?.endpoints,
      ['127.6.2.1', '127.6.2.2', '127.6.2.3'].map((each) => `https://${each}:2379`),
    );
    await leaderOf(3);
  });

  test('a client is no member: the port of members refuses it', async () => {
    const { client: forClients, peer } = (await readEtcdAuthorities(client, key, stop.signal))!;
    const codeWith = async (authority: KeyPair): Promise<unknown> => {
      const own = clientCertificate(authority, { name: 'test', nowMs: Date.now() });
      using asMember = new EtcdClient({
        endpoints: ['https://127.6.2.1:2380'],
        tls: { ca: peer.certificate, cert: own.certificate, key: own.key },
      });
      return await asMember.call('/members', {}).catch(({ code }: { readonly code: unknown }) => code);
    };
    assert.equal(await codeWith(forClients), 'ETCD_UNREACHABLE');
    // A member is answered, that this is asked for in another way.
    assert.equal(await codeWith(peer), 'ETCD_FAILED');
  });

  /** Has the controller look at once. */
  const touch = async (): Promise<void> =>
    void (await clusters.modify(key, (now) => ({
      ...now,
      metadata: { ...now.metadata, annotations: { touched: new Date().toISOString() } },
    })));
  /** Waits until the cluster tells of an alarm, as it is of one that is full. */
  const tellsAlarm = async (): Promise<void> => {
    await touch();
    await until('the alarm', async () => {
      const { conditions = [] } = (await clusters.get(key)).status ?? {};
      return conditions.some(({ message }) => /^etcd has the alarm NOSPACE( of db-\d+)?$/.test(message));
    });
  };
  async function disarm(etcdClient: EtcdClient, replicas: number): Promise<void> {
    const { alarms = [] } = await answered<Alarms>(etcdClient, '/v3/maintenance/alarm', { action: 'GET' });
    for (const { memberID, alarm } of alarms)
      await answered(etcdClient, '/v3/maintenance/alarm', { action: 'DEACTIVATE', memberID, alarm });
    await touch();
    await until('the end of the alarm', async () => await isReady(replicas));
  }

  test('an alarm is told, and is in the snapshot, which is whole', async () => {
    using etcdClient = await connect();
    const { header } = await answered<Status>(etcdClient, '/v3/maintenance/status', {});
    const raised = { action: 'ACTIVATE', memberID: header.member_id, alarm: 'NOSPACE' };
    await answered(etcdClient, '/v3/maintenance/alarm', raised);
    await tellsAlarm();
    const access = await readEtcdAccess(await clusters.get(key), client, stop.signal);
    const parts: Buffer[] = [];
    for await (const part of takeSnapshot(access, stop.signal)) parts.push(part);
    const whole = Buffer.concat(parts);
    assert.equal(whole.length % 512, 32);
    writeFileSync(join(dir, 'snapshot'), whole);
    await disarm(etcdClient, 3);
  });

  test('a member whose machine is lost is replaced, the leader too', async () => {
    const lost = (await vms.get({ ...key, name: await leaderOf(3) })).metadata;
    await host.stop(lost.uid);
    await vms.delete(lost);
    // The new one may have the name of the lost one.
    const isReplaced = async (): Promise<boolean> => {
      const { items } = await vms.list();
      return items.length === 3 && !items.some(({ metadata }) => metadata.uid === lost.uid);
    };
    await until('another member', async () => (await isReplaced()) && (await isReady(3)));
    using etcdClient = await connect();
    await hasData(etcdClient);
  });

  test('its members are replaced when their settings change, and it shrinks', async () => {
    const before = await names();
    await change({ config: { ...quick, 'max-request-bytes': 1_000_000 } });
    await until('other members', async () => {
      const now = await names();
      return now.every((name) => !before.includes(name)) && (await isReady(3));
    });
    await change({ replicas: 1 });
    await until('one member', async () => (await names()).length === 1 && (await isReady(1)));
  });

  test('it goes with its keys', async () => {
    await clusters.delete(key);
    await until('its end', async () => (await clusters.find(key)) === undefined);
    assert.deepEqual(await names(), []);
    assert.deepEqual((await objectsOf(client, secrets).list()).items, []);
  });

  test('another one begins with the data of the snapshot', async () => {
    const restore = { hostPath: join(dir, 'snapshot') };
    await clusters.create({ metadata: key, spec: { replicas: 1, version: '3.6.5', config: quick, restore } });
    await tellsAlarm();
    using etcdClient = await connect();
    await hasData(etcdClient);
    await disarm(etcdClient, 1);
  });

  test('the snapshot may go then: a member starts again without it', async () => {
    rmSync(join(dir, 'snapshot'));
    const { metadata } = await vms.get({ ...key, name: 'db-1' });
    const { starts } = host.processes.get(metadata.uid)!;
    const restarted = { [restartedAtAnnotation]: new Date().toISOString() };
    await vms.modify(metadata, (now) => ({
      ...now,
      metadata: { ...now.metadata, annotations: { ...now.metadata.annotations, ...restarted } },
    }));
    await until('another start', async () => host.processes.get(metadata.uid)!.starts > starts);
    await touch();
    using etcdClient = await connect();
    await hasData(etcdClient);
    await until('the member', async () => await isReady(1));
  });
});
