import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { kinds as vmKinds } from '@ignite/api/v1/kinds';
import { vmKind } from '@ignite/api/v1/object-kinds';
import type { Vm } from '@ignite/api/v1/vm';
import { allowSchema } from '@ignite/toolkit/allowance/allow-spec';
import { type KindResource, objectsOf } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { type Clock, systemClock } from '@ignite/toolkit/clock/clock';
import { ForwardingClient } from '@ignite/toolkit/client/forwarding-client';
import type { GroupVersionResource } from '@ignite/toolkit/client/group-version-resource';
import type { ObjectClient, WriteOptions } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import * as v from 'valibot';
import { labels } from '../contract/names.ts';
import { controllerReference } from '../contract/owner.ts';
import { found } from '../infrastructure/infrastructure.sample.ts';
import type { IgniteCluster, IgniteMachine } from '../kinds/ignite-infrastructure.ts';
import { kinds } from '../kinds/kinds.ts';
import {
  clusterKind,
  igniteClusterKind,
  igniteMachineKind,
  ipAddressClaimKind,
  ipAddressKind,
  kubeadmConfigKind,
  machineKind,
} from '../kinds/object-kinds.ts';
import { secrets } from '../workload/node.ts';
import { serveManagementCluster } from './serve-management-cluster.ts';

const namespace = 'garden';
const at = (name: string) => ({ namespace, name });
const ofCluster = { [labels.cluster]: 'dev' };
const served = [...vmKinds, ...kinds, ...coreKinds].map(servedKindOf);
/** A management cluster knows our kinds by their definitions only. */
const defined = served.map(({ problems: _ours, ...kind }) => kind);

/** In time that one can wait for, nothing is looked at again only because time has passed. */
const clock: Clock = {
  now: () => systemClock.now(),
  sleep: async (ms, signal) => await systemClock.sleep(ms < 10_000 ? ms : 2 ** 30, signal),
};

/** Serves a management cluster in which nobody else does anything. */
function open(management: ObjectClient = new StoreObjectClient(new MemoryStore(), defined)) {
  const host = new StoreObjectClient(new MemoryStore(), served);
  const stop = new AbortController();
  const runHost = async (until: AbortSignal): Promise<void> =>
    await clock.sleep(2 ** 30, until).catch(() => {});
  const serving = serveManagementCluster(
    {
      ...{ management, host, self: { name: 'north', uid: 'u' }, clock, log: () => {} },
      ...{ allow: v.parse(allowSchema, {}), runHost, onState: () => {} },
    },
    stop.signal,
  );
  return {
    ...{ management, host },
    createCluster: async (spec: object, loadBalancer: object): Promise<void> => {
      const infrastructureRef = { apiGroup: igniteClusterKind.group, kind: 'IgniteCluster', name: 'dev' };
      await objectsOf(management, clusterKind).create({
        metadata: at('dev'),
        spec: { ...spec, infrastructureRef },
      });
      const metadata = { ...at('dev'), labels: ofCluster };
      await objectsOf(management, igniteClusterKind).create({ metadata, spec: loadBalancer });
    },
    createMachine: async (name: string, bootstrap: object) =>
      await objectsOf(management, machineKind).create({
        metadata: { ...at(name), labels: { ...ofCluster, [labels.controlPlane]: '' } },
        spec: {
          ...{ clusterName: 'dev', bootstrap },
          infrastructureRef: { apiGroup: igniteMachineKind.group, kind: 'IgniteMachine', name },
        },
      }),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await serving;
    },
  };
}

/** Creates a cluster, and plays the host that gives its load balancer an address. */
async function createBalanced(opened: ReturnType<typeof open>): Promise<void> {
  const { management, host } = opened;
  await opened.createCluster({}, { loadBalancer: {} });
  const pods = objectsOf(host, hostPodKind);
  await found(async () => await pods.find(at('dev-endpoint')));
  const ready = { type: 'Ready', status: 'True', reason: 'Told', message: '' };
  const conditions = [{ ...ready, lastTransitionTime: '2026-01-01T00:00:00Z' }];
  const status = { address: '10.61.1.254', conditions };
  await pods.modifyStatus(at('dev-endpoint'), (now) => ({ ...now, status }));
  await found(async () => {
    const cluster = (await objectsOf(management, igniteClusterKind).get(at('dev'))) as IgniteCluster;
    return cluster.status?.initialization?.provisioned;
  });
}

test('the load balancer learns of Machines, although their controllers run elsewhere', async () => {
  await using opened = open();
  const { management, host } = opened;
  await createBalanced(opened);
  await opened.createMachine('cp-1', { dataSecretName: 'data' });
  const addresses = [{ type: 'InternalIP', address: '10.61.1.7' }];
  await objectsOf(management, machineKind).modifyStatus(at('cp-1'), (now) => ({
    ...now,
    status: { addresses },
  }));
  const servers = await found(async () => {
    const { spec } = (await objectsOf(host, hostPodKind).get(at('dev-endpoint'))) as HostPod;
    return spec.balancer!.servers.length > 0 ? spec.balancer!.servers : undefined;
  });
  assert.deepEqual(servers, [{ name: 'cp-1', address: '10.61.1.7', port: 6_443 }]);
});

test('what belongs to a Cluster goes on as soon as that is not paused any more', async () => {
  await using opened = open();
  const { management, host } = opened;
  await opened.createCluster({ paused: true }, { loadBalancer: {} });
  await found(async () => await isPaused(management, igniteClusterKind, 'dev'));
  await pause(management, false);
  await found(async () => await objectsOf(host, hostPodKind).find(at('dev-endpoint')));
});

/** Creates a machine that lacks only the data that it boots with. */
async function createWaiting(opened: ReturnType<typeof open>, more: object = {}) {
  const { management } = opened;
  await opened.createCluster({}, { controlPlaneEndpoint: { host: '10.61.1.9', port: 6_443 } });
  await objectsOf(management, clusterKind).modifyStatus(at('dev'), (now) => ({
    ...now,
    status: { initialization: { infrastructureProvisioned: true } },
  }));
  const configRef = { apiGroup: kubeadmConfigKind.group, kind: 'KubeadmConfig', name: 'cp-1' };
  const machine = await opened.createMachine('cp-1', { configRef });
  await objectsOf(management, secrets).create({ metadata: at('data'), data: { value: 'eA==' } });
  await objectsOf(management, igniteMachineKind).create({
    metadata: {
      ...{ ...at('cp-1'), labels: ofCluster },
      ownerReferences: [controllerReference(machineKind, machine)],
    },
    spec: { vm: { image: { oci: 'example.com/node:v1' } }, ...more },
  });
  const saysOf = async (reason: string): Promise<true | undefined> => {
    const { status } = await objectsOf(management, igniteMachineKind).get(at('cp-1'));
    return JSON.stringify(status ?? {}).includes(`"${reason}"`) || undefined;
  };
  const bringData = async (): Promise<unknown> =>
    await objectsOf(management, machineKind).modify(at('cp-1'), (now) => ({
      ...now,
      spec: { ...(now.spec as object), bootstrap: { configRef, dataSecretName: 'data' } },
    }));
  return { saysOf, bringData };
}

test('a machine claims its address in the management cluster, and its VM on the host has it until it is gone', async () => {
  await using opened = open();
  const { management, host } = opened;
  const poolRef = { apiGroup: 'ipam.example', kind: 'Lan', name: 'office' };
  const { saysOf, bringData } = await createWaiting(opened, { addressesFromPools: [poolRef] });
  await bringData();
  await found(async () => await saysOf('WaitingForIPAddress'));
  const claims = objectsOf(management, ipAddressClaimKind);
  assert.deepEqual((await claims.get(at('cp-1-0'))).spec, { clusterName: 'dev', poolRef });
  await objectsOf(management, ipAddressKind).create({
    metadata: at('cp-1-0'),
    spec: { claimRef: { name: 'cp-1-0' }, poolRef, address: '192.0.2.7', prefix: 24 },
  });
  const status = { addressRef: { name: 'cp-1-0' } };
  await claims.modifyStatus(at('cp-1-0'), (now) => ({ ...now, status }));
  const vm = (await found(async () => await objectsOf(host, vmKind).find(at('cp-1')))) as Vm;
  assert.equal(vm.spec.network.address, '192.0.2.7');
  await objectsOf(management, igniteMachineKind).delete(at('cp-1'));
  await found(async () => ((await claims.find(at('cp-1-0'))) ? undefined : true));
  assert.equal(await objectsOf(host, vmKind).find(at('cp-1')), undefined);
});

test('a machine gets its VM as soon as its Machine has the data that it boots with', async () => {
  await using opened = open();
  const { saysOf, bringData } = await createWaiting(opened);
  await found(async () => await saysOf('WaitingForBootstrapData'));
  await bringData();
  await found(async () => await objectsOf(opened.host, vmKind).find(at('cp-1')));
});

/** A management cluster in which somebody changes machines while they are written. */
class ChangingClient extends ForwardingClient {
  override async update(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    const { hostName, vm } = object.spec as { readonly hostName?: string; readonly vm?: object };
    if (hostName === undefined) return await super.update(resource, object, options);
    const copyFiles = [{ hostPath: '/etc/shadow', vmPath: '/shadow' }];
    return await super.update(resource, { ...object, spec: { hostName, vm: { ...vm, copyFiles } } }, options);
  }
}

test('a machine is judged as it is once it was taken', async () => {
  const store = new StoreObjectClient(new MemoryStore(), defined);
  await using opened = open(new ChangingClient(() => store));
  const { saysOf, bringData } = await createWaiting(opened);
  await bringData();
  await found(async () => await saysOf('NotAllowed'));
  assert.equal(await objectsOf(opened.host, vmKind).find(at('cp-1')), undefined);
});

/** Plays a move to another management cluster and back: the objects are as they were, but new ones. */
async function move(
  { management }: ReturnType<typeof open>,
  kind: KindResource,
  name: string,
): Promise<void> {
  await pause(management, true);
  await found(async () => await isPaused(management, kind, name));
  const all = objectsOf(management, kind);
  const {
    metadata: { labels: own, ownerReferences = [], finalizers },
    spec,
  } = await all.get(at(name));
  await all.modify(at(name), (now) => ({ ...now, metadata: { ...now.metadata, finalizers: [] } }));
  await all.delete(at(name));
  await all.create({ metadata: { ...at(name), labels: own, ownerReferences, finalizers }, spec });
}

async function isPaused(
  management: ObjectClient,
  kind: KindResource,
  name: string,
): Promise<true | undefined> {
  const { status } = (await objectsOf(management, kind).get(at(name))) as IgniteCluster;
  return status?.conditions?.some(({ type, status: is }) => type === 'Paused' && is === 'True') || undefined;
}

const pause = async (management: ObjectClient, paused: boolean): Promise<unknown> =>
  await objectsOf(management, clusterKind).modify(at('dev'), (now) => ({
    ...now,
    spec: { ...(now.spec as object), paused },
  }));

const gone = async (client: ObjectClient, kind: KindResource, name: string): Promise<true> =>
  await found(async () => ((await objectsOf(client, kind).find(at(name))) ? undefined : true));

test('a machine that was moved and is deleted takes its VM and its data along', async () => {
  await using opened = open();
  const { management, host } = opened;
  const { bringData } = await createWaiting(opened);
  await bringData();
  const vms = objectsOf(host, vmKind);
  await found(async () => await vms.find(at('cp-1')));
  await vms.modifyStatus(at('cp-1'), (now) => ({ ...now, status: { phase: 'Running' } }));
  const machines = objectsOf(management, igniteMachineKind);
  await found(async () => ((await machines.get(at('cp-1'))) as IgniteMachine).spec.providerID);
  await move(opened, igniteMachineKind, 'cp-1');
  await machines.delete(at('cp-1'));
  assert.ok(await vms.find(at('cp-1')));
  await pause(management, false);
  await gone(management, igniteMachineKind, 'cp-1');
  assert.equal(await vms.find(at('cp-1')), undefined);
  assert.equal(await objectsOf(host, secrets).find(at('cp-1-bootstrap')), undefined);
});

test('the load balancer of a cluster that was moved follows it, and goes with it', async () => {
  await using opened = open();
  const { management, host } = opened;
  await createBalanced(opened);
  const old = (await objectsOf(management, igniteClusterKind).get(at('dev'))).metadata.uid;
  await move(opened, igniteClusterKind, 'dev');
  await pause(management, false);
  const pods = objectsOf(host, hostPodKind);
  await found(async () => {
    const [owner] = JSON.parse(Object.values((await pods.get(at('dev-endpoint'))).metadata.annotations)[0]!);
    return owner.uid === old ? undefined : true;
  });
  await objectsOf(management, igniteClusterKind).delete(at('dev'));
  await gone(host, hostPodKind, 'dev-endpoint');
});
