import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { hostPodKind } from '../../packages/api/src/host-pod/object-kind.ts';
import { vmKind } from '../../packages/api/src/v1/object-kinds.ts';
import { controllerOf } from '../../packages/cluster/src/contract/owner.ts';
import type { IgniteCluster, IgniteMachine } from '../../packages/cluster/src/kinds/ignite-infrastructure.ts';
import type { Machine } from '../../packages/cluster/src/kinds/machine.ts';
import {
  clusterKind,
  igniteClusterKind,
  igniteMachineKind,
  machineKind,
} from '../../packages/cluster/src/kinds/object-kinds.ts';
import { KindClient, objectsOf } from '../../packages/toolkit/src/client/kind-client.ts';
import type { HttpObjectClient } from '../../packages/toolkit/src/client/over-http/http-object-client.ts';
import { hasCode } from '../../packages/toolkit/src/errors/coded-error.ts';
import type { KubeObject } from '../../packages/toolkit/src/object/kube-object.ts';
import { openWay } from './fixtures/closable-way.ts';
import { CannotBuild } from './fixtures/go-program.ts';
import { found, managementPrograms, openManagement } from './fixtures/management.ts';
import { type MemoryHost, memoryHost } from './fixtures/memory-host.ts';

/** Hosts fulfil the machines of a Kubernetes that is not ours, on which the managers of Cluster API run. */

const programs = await managementPrograms().catch((failure: unknown) => {
  if (failure instanceof CannotBuild) return failure;
  throw failure;
});
const skip = programs instanceof CannotBuild ? programs.message : false;

const namespace = 'garden';
const secrets = { group: '', version: 'v1', resource: 'secrets', kind: 'Secret' };
const infrastructureRef = (kind: string, name: string) => ({ apiGroup: igniteClusterKind.group, kind, name });

async function createCluster(client: HttpObjectClient, spec: object): Promise<void> {
  const metadata = { namespace, name: 'dev' };
  await objectsOf(client, igniteClusterKind).create({ metadata, spec });
  // A manager is asked as soon as it listens, and answers when it knows its kinds.
  await found('a Cluster', async () =>
    objectsOf(client, clusterKind)
      .create({ metadata, spec: { infrastructureRef: infrastructureRef('IgniteCluster', 'dev') } })
      .catch((failure: unknown) => {
        if (hasCode(failure, 'ALREADY_EXISTS')) return true;
        throw failure;
      }),
  );
}

interface NewMachine {
  readonly failureDomain?: string;
  readonly vm?: object;
  readonly infrastructure?: object;
}

async function createMachine(
  client: HttpObjectClient,
  name: string,
  { failureDomain, vm = {}, infrastructure }: NewMachine = {},
): Promise<void> {
  const data = { value: Buffer.from(`#cloud-config\n# ${name}\n`).toString('base64') };
  const dataKey = { namespace, name: `${name}-data` };
  if (!(await objectsOf(client, secrets).find(dataKey)))
    await objectsOf(client, secrets).create({ metadata: dataKey, data });
  await objectsOf(client, igniteMachineKind).create({
    metadata: { namespace, name },
    spec: infrastructure ?? { vm: { image: { oci: 'example.com/node:v1' }, ...vm } },
  });
  await objectsOf(client, machineKind).create({
    metadata: { namespace, name },
    spec: {
      clusterName: 'dev',
      bootstrap: { dataSecretName: `${name}-data` },
      infrastructureRef: infrastructureRef('IgniteMachine', name),
      ...(failureDomain !== undefined && { failureDomain }),
    },
  });
}

const vmsOf = async ({ client }: MemoryHost): Promise<readonly string[]> =>
  (await objectsOf(client, vmKind).list()).items.map(({ metadata }) => metadata.name).sort();

const host = (name: string, octet: number, allow?: object): MemoryHost =>
  memoryHost({ name, uid: `uid-of-${name}` }, octet, allow);

const provisioned = async (client: HttpObjectClient, name: string): Promise<Machine> =>
  await found(`the machine ${name}`, async () => {
    const machine = await new KindClient(client, machineKind).get({ namespace, name });
    return machine.status?.initialization?.infrastructureProvisioned ? machine : undefined;
  });

const gone = async (client: HttpObjectClient, name: string): Promise<unknown> =>
  await found(`the end of ${name}`, async () =>
    (await objectsOf(client, machineKind).find({ namespace, name })) ? undefined : true,
  );

const infrastructureOf = async (client: HttpObjectClient, name: string): Promise<IgniteMachine> =>
  await new KindClient(client, igniteMachineKind).get({ namespace, name });

test('hosts fulfil the machines of a management cluster', { skip }, async (t: TestContext) => {
  assert.ok(!(programs instanceof CannotBuild));
  await using management = await openManagement(programs, namespace);
  const { client, hosts, clusterctl, apply } = management;
  const allow = { networks: ['10.244.0.0/16'] };
  const [north, south] = [host('north', 1, allow), host('south', 2, allow)];
  await using open = new AsyncDisposableStack();
  open.use(north.serve(hosts));
  open.use(south.serve(hosts));

  await t.test(
    'the load balancer of one host is the endpoint, and the hosts are failure domains',
    async () => {
      await createCluster(client, { loadBalancer: {} });
      const cluster = await found('the endpoint', async () => {
        const now = await new KindClient(client, clusterKind).get({ namespace, name: 'dev' });
        return now.status?.initialization?.infrastructureProvisioned &&
          now.status.failureDomains?.length === 2
          ? now
          : undefined;
      });
      assert.deepEqual(cluster.spec.controlPlaneEndpoint, { host: '10.61.1.254', port: 6_443 });
      assert.deepEqual(
        cluster.status?.failureDomains?.map(({ name }) => name),
        ['north', 'south'],
      );
      const infrastructure = await new KindClient<IgniteCluster>(client, igniteClusterKind).get({
        namespace,
        name: 'dev',
      });
      assert.deepEqual(infrastructure.spec.loadBalancer, { hostName: 'north', port: 6_443 });
      assert.equal((await objectsOf(south.client, hostPodKind).list()).items.length, 0);
    },
  );

  await t.test('machines are spread over the hosts, and what they are is reported back', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await createMachine(client, name);
    for (const name of ['a', 'b', 'c', 'd']) await provisioned(client, name);
    const all = [...(await vmsOf(north)), ...(await vmsOf(south))].sort();
    assert.deepEqual(all, ['a', 'b', 'c', 'd'], 'each has one VM');
    assert.equal((await vmsOf(north)).length, 2);
    const machine = await provisioned(client, 'a');
    const { spec, status } = await infrastructureOf(client, 'a');
    const home = spec.hostName === 'north' ? north : south;
    const vm = await new KindClient(home.client, vmKind).get({ namespace, name: 'a' });
    assert.equal(spec.providerID, `ignite://${vm.metadata.uid}`);
    assert.equal(machine.spec.providerID, spec.providerID);
    assert.deepEqual(machine.status?.addresses, [
      { type: 'Hostname', address: 'a' },
      { type: 'InternalIP', address: vm.status.network!.ipAddresses[0] },
    ]);
    assert.equal(status?.failureDomain, spec.hostName);
    assert.deepEqual(vm.spec.cloudInit, { userDataSecretRef: { name: 'a-bootstrap', key: 'value' } });
    const secret = await objectsOf(home.client, secrets).get({ namespace, name: 'a-bootstrap' });
    const { value } = (secret as KubeObject & { readonly data: { readonly value: string } }).data;
    assert.equal(Buffer.from(value, 'base64').toString(), '#cloud-config\n# a\n');
    // The host would take an owner that it does not know for gone.
    assert.equal(controllerOf(vm), undefined);
  });

  await t.test('a machine goes where its failure domain is', async () => {
    await createMachine(client, 'e', { failureDomain: 'south' });
    await createMachine(client, 'f', { failureDomain: 'south' });
    for (const name of ['e', 'f']) await provisioned(client, name);
    for (const name of ['e', 'f']) assert.ok((await vmsOf(south)).includes(name));
  });

  await t.test('a machine uses of the host only what the host allows', async () => {
    await createMachine(client, 'thief', {
      vm: { copyFiles: [{ hostPath: '/etc/shadow', vmPath: '/shadow' }] },
    });
    const message = await found('a refusal', async () => {
      const { status } = await infrastructureOf(client, 'thief');
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.reason === 'NotAllowed' ? ready.message : undefined;
    });
    assert.equal(
      message,
      'spec.vm.copyFiles: not allowed by management.allow.files of the host: /etc/shadow',
    );
    await objectsOf(client, machineKind).delete({ namespace, name: 'thief' });
    await gone(client, 'thief');
  });

  await t.test('a machine that is deleted takes its VM and its Secret along', async () => {
    await objectsOf(client, machineKind).delete({ namespace, name: 'e' });
    await gone(client, 'e');
    assert.ok(!(await vmsOf(south)).includes('e'));
    assert.equal(await objectsOf(south.client, secrets).find({ namespace, name: 'e-bootstrap' }), undefined);
  });

  await t.test('a second host of a name that is taken does nothing, and says so', async () => {
    const other = memoryHost({ name: 'north', uid: 'uid-of-another' }, 3);
    await using _other = other.serve(hosts);
    await found('its word', async () => (other.states.length > 0 ? true : undefined));
    assert.deepEqual(other.states, ['NameTaken another host serves the management cluster as "north"']);
  });

  await t.test('a host goes on where it was killed', async () => {
    const west = host('west', 4);
    const there = { failureDomain: 'west' };
    {
      await using _first = west.serve(hosts);
      await createMachine(client, 'x', there);
      await found('a VM', async () => ((await vmsOf(west)).length > 0 ? true : undefined));
    }
    await createMachine(client, 'y', there);
    await objectsOf(client, machineKind).delete({ namespace, name: 'x' });
    await using _second = west.serve(hosts);
    await provisioned(client, 'y');
    await gone(client, 'x');
    assert.deepEqual(await vmsOf(west), ['y']);
  });

  await t.test('while the management cluster is away, VMs stay as they are', async () => {
    const east = host('east', 5);
    const there = { failureDomain: 'east' };
    await using way = await openWay(hosts);
    await using _serving = east.serve(way.access);
    await createMachine(client, 'm', there);
    await provisioned(client, 'm');
    way.close();
    await objectsOf(client, machineKind).delete({ namespace, name: 'm' });
    await createMachine(client, 'n', there);
    await found('its word', async () => (east.states.length > 1 ? true : undefined));
    assert.deepEqual(east.states, ['Serving', `Unreachable there is no answer from ${way.access.url}`]);
    assert.deepEqual(await vmsOf(east), ['m']);
    way.open();
    await provisioned(client, 'n');
    await gone(client, 'm');
    assert.deepEqual(await vmsOf(east), ['n']);
    await found('its word', async () => (east.states.at(-1) === 'Serving' ? true : undefined));
  });

  await t.test(
    'a VM stays when its machine goes without it, and goes to the machine with its ID',
    async () => {
      const west = host('far-west', 6);
      const there = { failureDomain: 'far-west' };
      {
        await using _first = west.serve(hosts);
        await createMachine(client, 'o', there);
        await provisioned(client, 'o');
      }
      const moved = await infrastructureOf(client, 'o');
      // As a move to another management cluster does it: the objects go, the VM does not.
      for (const kind of [machineKind, igniteMachineKind]) {
        const objects = objectsOf(client, kind);
        await objects.modify({ namespace, name: 'o' }, (now) => ({
          ...now,
          metadata: { ...now.metadata, annotations: { 'cluster.x-k8s.io/paused': '' } },
        }));
        await objects.delete({ namespace, name: 'o' });
        await objects.modify({ namespace, name: 'o' }, (now) => ({
          ...now,
          metadata: { ...now.metadata, finalizers: [] },
        }));
      }
      await using _second = west.serve(hosts);
      const word = 'warning a VM has lost its machine in the management cluster {"vm":"garden/o"}';
      await found('its word', async () => (west.logged.includes(word) ? true : undefined));
      assert.deepEqual(await vmsOf(west), ['o']);
      const { spec } = moved;
      await createMachine(client, 'o', { ...there, infrastructure: spec });
      await provisioned(client, 'o');
      assert.equal((await infrastructureOf(client, 'o')).spec.providerID, spec.providerID);
      await objectsOf(client, machineKind).delete({ namespace, name: 'o' });
      await gone(client, 'o');
      assert.deepEqual(await vmsOf(west), []);
    },
  );

  await t.test('clusterctl makes a cluster of the template of the release, and describes it', async () => {
    const words = [
      '--kubernetes-version',
      'v1.35.4',
      '--control-plane-machine-count',
      '1',
      '--worker-machine-count',
      '2',
    ];
    const text = await clusterctl('generate', 'cluster', 'made', '-n', namespace, ...words);
    const objects = parseAllDocuments(text).map((document) => document.toJS() as object);
    // A manager is asked as soon as it listens, and answers when it knows its kinds.
    await found('the objects', async () => await apply(objects).then(() => true));
    await found('the tree', async () => {
      const told = await clusterctl('describe', 'cluster', 'made', '-n', namespace, '--grouping=false');
      assert.deepEqual(titlesIn(told), [
        'Cluster garden/made',
        '├─IgniteCluster garden/made',
        '├─KubeadmControlPlane garden/made-control-plane, v1.35.4',
        '│ └─Machine garden/made-control-plane-SUFFIX, v1.35.4',
        '└─Workers',
        '  └─MachineDeployment garden/made-workers, v1.35.4',
        '    ├─Machine garden/made-workers-SUFFIX, v1.35.4',
        '    │ └─IgniteMachine garden/made-workers-SUFFIX WaitingForBootstrapData',
        '    └─Machine garden/made-workers-SUFFIX, v1.35.4',
        '      └─IgniteMachine garden/made-workers-SUFFIX WaitingForBootstrapData',
      ]);
      return true;
    });
    const data = await found('the data of the first machine', async () => {
      const all = await Promise.all([north, south].map(async (each) => await each.client.list(secrets)));
      return all
        .flatMap(({ items }) => items)
        .find(({ metadata }) => /^made-control-plane-\w+-bootstrap$/.test(metadata.name));
    });
    const { value } = (data as KubeObject & { readonly data: { readonly value: string } }).data;
    assert.match(Buffer.from(value, 'base64').toString(), /kubeadm init/);
  });
});

/** Returns the objects of a tree of clusterctl, without the letters that are drawn by lot, and why those of Ignite wait. */
const titlesIn = (tree: string): readonly string[] =>
  tree
    .split('\n')
    .slice(1)
    .map((line) => /^([│ ]*(?:[├└]─)?)(Workers|\w+ garden\/[\w-]+(?:, \S+)?) (.*)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, branch, title = '', rest = '']) => {
      const reason = title.startsWith('IgniteMachine') ? ` ${/False +(\w+)/.exec(rest)?.[1] ?? ''}` : '';
      return `${branch}${title.replace(/(control-plane|workers)-[a-z0-9]{5}(-[a-z0-9]{5})?(?=,|$)/, '$1-SUFFIX')}${reason}`;
    });
