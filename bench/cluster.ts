import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCondition } from '@ignite/cluster/contract/conditions';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { findClusterPrograms, nodeImageArchive } from '../test/e2e/fixtures/cluster-images.ts';
import { Ignite } from '../test/e2e/fixtures/ignite.ts';
import { CannotBuild } from '../test/kubernetes/fixtures/go-program.ts';
import { report, timed } from './measure.ts';

const subnet = 123;
const version = 'v1.35.4';
const image = `ignite-kubernetes:${version}`;
const size = { cpus: '2', memory: '2GB', disk: '6GB' };
const patience = '40m';

/**
 * Measures `ignite cluster create` of a control plane in a VM until its node is Ready, and the parts of that, against kubeadm by hand in a VM of
 * the same image and size, with the same configuration.
 */
export async function benchCluster(): Promise<void> {
  const programs = await findClusterPrograms();
  if (programs instanceof CannotBuild) return console.log(`clusters are not measured: ${programs.message}`);
  await using opened = await Ignite.openWithKernel(subnet);
  const ignite = opened.with({ KUBECONFIG: join(opened.dir, 'kubeconfig') });
  const archive = nodeImageArchive(version, programs, 'control-plane');
  const imported = await ignite.ok('image', 'import', `oci-archive:${archive}`);
  await ignite.ok('tag', /ID "([0-9a-f]+)"/.exec(imported)![1]!, image);

  const ours = await timed(async () => await createCluster(ignite));
  const vm = await onlyVm(ignite);
  await reportParts(ignite, vm);
  const config = join(ignite.dir, 'kubeadm.yaml');
  const patches = join(ignite.dir, 'patches');
  await ignite.ok('cp', `${vm.metadata.name}:/run/kubeadm/kubeadm.yaml`, config);
  await ignite.ok('cp', `${vm.metadata.name}:/etc/kubernetes/patches`, patches);
  await ignite.ok('cluster', 'delete', 'bench', '--timeout', patience);

  const byHand = await timed(async () => await initialize(ignite, config, patches));
  await ignite.ok('rm', '-f', 'hand');
  report('cluster create until Ready', ours, 'kubeadm by hand', byHand, 1.1);
}

async function createCluster(ignite: Ignite): Promise<void> {
  await ignite.ok(
    ...['cluster', 'create', 'bench', '--control-plane', 'vm', '--workers', '0', '--timeout', patience],
    ...['--control-plane-cpus', size.cpus, '--control-plane-memory', size.memory, '--disk', size.disk],
  );
}

async function onlyVm(ignite: Ignite): Promise<KubeObject> {
  const { items } = JSON.parse(await ignite.ok('get', 'vms', '-o', 'json')) as {
    readonly items: readonly KubeObject[];
  };
  assert.equal(items.length, 1);
  return items[0]!;
}

/** Prints how long the VM took until it had booted, kubeadm until it was done, and the node until it was Ready. */
async function reportParts(ignite: Ignite, vm: KubeObject): Promise<void> {
  const { items } = JSON.parse(await ignite.ok('get', 'machines', '-o', 'json')) as {
    readonly items: readonly KubeObject[];
  };
  const times = [
    Date.parse(vm.metadata.creationTimestamp),
    sinceMs(vm, 'Booted'),
    sinceMs(vm, 'Bootstrapped'),
    sinceMs(items[0]!, 'NodeReady'),
  ];
  const [booted, bootstrapped, ready] = times.slice(1).map((time, at) => (time - times[at]!) / 1_000);
  console.log(`  of it: VM ${booted} s, kubeadm ${bootstrapped} s, node until Ready ${ready} s`);
}

function sinceMs(object: KubeObject, type: string): number {
  const condition = findCondition(object, type);
  assert.equal(condition?.status, 'True', `${object.kind} ${object.metadata.name} is not ${type}`);
  return Date.parse(condition!.lastTransitionTime);
}

/** Sets a control plane up as the manual of kubeadm says, at the address of the VM. */
async function initialize(ignite: Ignite, config: string, patches: string): Promise<void> {
  await ignite.ok(
    ...['run', image, '--name', 'hand', '--ssh', '--warm', 'never'],
    ...['--cpus', size.cpus, '--memory', size.memory, '--size', size.disk],
  );
  const address = (await ignite.ok('inspect', 'hand', '--format', '{{.Status.Network.IPAddresses}}')).trim();
  const own = readFileSync(config, 'utf8').replace(
    /^controlPlaneEndpoint: .*$/m,
    `controlPlaneEndpoint: ${address}:6443`,
  );
  writeFileSync(config, own);
  await ignite.ok('cp', config, 'hand:/root/kubeadm.yaml');
  await ignite.ok('cp', patches, 'hand:/etc/kubernetes/patches');
  await ignite.ok('exec', 'hand', '--', 'kubeadm', 'init', '--config', '/root/kubeadm.yaml');
  await ignite.ok(
    ...['exec', 'hand', '--', 'kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf'],
    ...['wait', '--for=condition=Ready', 'node', '--all', `--timeout=${patience}`],
  );
}
