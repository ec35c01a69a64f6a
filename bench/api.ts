import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HttpObjectClient } from '@ignite/toolkit/client/over-http/http-object-client';
import { readKubeconfig } from '@ignite/toolkit/client/over-http/kubeconfig';
import type { ServerAccess } from '@ignite/toolkit/client/over-http/server-access';
import { Ignite } from '../test/e2e/fixtures/ignite.ts';
import { installGarden } from '../test/kubernetes/fixtures/garden-crds.ts';
import { kubeconfigOf, startKubeApiServer } from '../test/kubernetes/fixtures/kube-api-server.ts';
import { type AskedKind, askedKinds, askedNamespace } from './asked-kind.ts';
import { AskingClient } from './asking-client.ts';
import { compare, median, timed } from './measure.ts';
import { cpuMs, residentMiB } from './processes.ts';

const subnet = 122;
const rounds = 5;
const objects = 1_000;
const watchers = 100;
const changes = 20;
/** How long a server has nothing to do before its memory counts as that of rest. */
const restMs = 20_000;

/** A server that is measured. */
interface Contestant {
  readonly access: ServerAccess;
  /** The processes that serve together. */
  readonly pids: readonly number[];
}

/** A row compares the two, so that everything is done by both. */
type Both<T> = Readonly<Record<'ignited' | 'kubernetes', T>>;

/**
 * Measures the Kubernetes API of ignited on SQLite against a kube-apiserver on etcd: the same requests of the same
 * client over TLS and HTTP/2, with a client certificate, for objects of a kind of Kubernetes and of one that a CustomResourceDefinition defines. Both have
 * what was written on the disk before they answer.
 */
export async function benchApi(): Promise<void> {
  await using kubernetes = await startKubeApiServer({ isDurable: true });
  await using ignited = await startIgnited();
  const access = await readKubeconfig(kubeconfigOf(kubernetes));
  const servers = { ignited, kubernetes: { access, pids: kubernetes.pids } };
  reportBoth('memory at rest', await memoryAtRest(servers), 'MiB');
  for (const { access } of [servers.ignited, servers.kubernetes]) {
    using client = new HttpObjectClient(access);
    const metadata = { name: askedNamespace };
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
    await installGarden(client);
  }
  for (const kind of askedKinds) await benchKind(kind, servers);
  reportBoth('memory at rest, after all that', await memoryAtRest(servers), 'MiB');
}

const namespaces = { group: '', version: 'v1', resource: 'namespaces' };

async function benchKind(kind: AskedKind, servers: Both<Contestant>): Promise<void> {
  using ignited = new AskingClient(servers.ignited.access, kind);
  using kubernetes = new AskingClient(servers.kubernetes.access, kind);
  const clients = { ignited, kubernetes };
  const row = async (what: string, run: (client: AskingClient) => Promise<number>): Promise<void> => {
    const turns = { ignited: () => run(ignited), kubernetes: () => run(kubernetes) };
    await benchTurns(`${kind.name}: ${what}`, servers, turns);
  };
  // The create requests are the first work of the kind, so that this row has what programs take for that, too.
  await benchMemory(`${kind.name}: memory for the first ${objects}`, servers, async () => {
    await row('create', (client) => client.average(() => client.create()));
    for (const client of [ignited, kubernetes]) await client.fill(objects);
  });
  await row('get', (client) => client.average((name) => client.get(name)));
  await row(`list of ${objects}`, (client) => client.average(() => client.list()));
  await row('merge patch', (client) => client.average((name) => client.patch(name)));
  await row('server-side apply', (client) => client.average((name) => client.apply(name)));
  await row(`${watchers} watches, opened and closed`, (client) =>
    timed(async () => await (await client.openWatches(watchers))[Symbol.asyncDispose]()),
  );
  await benchChanges(kind, servers, clients);
  await benchMemory(`${kind.name}: memory for ${objects} more`, servers, async () => {
    for (const client of [ignited, kubernetes]) await client.fill(2 * objects);
  });
}

/** Compares by how much the memory of both at rest has grown after some work. */
async function benchMemory(
  what: string,
  servers: Both<Contestant>,
  work: () => Promise<void>,
): Promise<void> {
  const before = await memoryAtRest(servers);
  await work();
  const after = await memoryAtRest(servers);
  const ignited = after.ignited - before.ignited;
  const kubernetes = after.kubernetes - before.kubernetes;
  reportBoth(what, { ignited, kubernetes }, 'MiB');
}

/** Measures changes alone: the watches of both are open during all turns. */
async function benchChanges(
  { name }: AskedKind,
  servers: Both<Contestant>,
  { ignited, kubernetes }: Both<AskingClient>,
): Promise<void> {
  await using ofIgnited = await ignited.openWatches(watchers);
  await using ofKubernetes = await kubernetes.openWatches(watchers);
  await benchTurns(`${name}: ${changes} changes to ${watchers} watchers`, servers, {
    ignited: () => ofIgnited.see(changes, () => ignited.change()),
    kubernetes: () => ofKubernetes.see(changes, () => kubernetes.change()),
  });
}

/** Compares what both do in turns, in time and in CPU. */
async function benchTurns(
  what: string,
  servers: Both<Contestant>,
  turns: Both<() => Promise<number>>,
): Promise<void> {
  const cpu: Both<number[]> = { ignited: [], kubernetes: [] };
  const turn = (name: keyof Both<unknown>) => async (): Promise<number> => {
    const begin = cpuMs(servers[name].pids);
    const ms = await turns[name]();
    cpu[name].push(cpuMs(servers[name].pids) - begin);
    return ms;
  };
  const contestants = { ignited: turn('ignited'), kubernetes: turn('kubernetes') };
  reportBoth(what, (await compare(rounds, contestants)) as Both<number>, 'ms');
  reportBoth('  CPU of a turn', { ignited: median(cpu.ignited), kubernetes: median(cpu.kubernetes) }, 'ms');
}

/** Starts the built ignited with a host of its own, which has no VMs. */
async function startIgnited(): Promise<Contestant & AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const ignite = opened.use(await Ignite.open(subnet));
  const manifests = join(ignite.dir, 'manifests');
  mkdirSync(manifests);
  const daemon = ignite.start(['daemon', '--manifests', manifests, '--api', '--api-address', '127.0.0.1:0']);
  opened.defer(async () => {
    daemon.terminate();
    await daemon.ended;
  });
  const kubeconfig = join(ignite.paths.dataDir, 'api', 'kubeconfig');
  while (!existsSync(kubeconfig)) await delay(100);
  const access = await readKubeconfig(kubeconfig);
  const open = opened.move();
  return { access, pids: [daemon.pid], [Symbol.asyncDispose]: async () => await open.disposeAsync() };
}

async function memoryAtRest({ ignited, kubernetes }: Both<Contestant>): Promise<Both<number>> {
  await delay(restMs);
  return { ignited: residentMiB(ignited.pids), kubernetes: residentMiB(kubernetes.pids) };
}

/** Prints what each has needed, and the ratio, which is to be below 1. */
function reportBoth(what: string, { ignited, kubernetes }: Both<number>, unit: string): void {
  const shown = (value: number): string => `${value.toFixed(1).padStart(8)} ${unit}`;
  const ratio = ignited / kubernetes;
  // Memory may have shrunk, so that the ratio says nothing.
  const mark = ignited < kubernetes ? 'ok' : 'over';
  console.log(
    `${what.padEnd(42)} ${shown(ignited)}   kube-apiserver ${shown(kubernetes)}   ratio ${ratio.toFixed(2)} (${mark})`,
  );
}
