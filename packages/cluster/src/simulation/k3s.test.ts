import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrue } from '@ignite/toolkit/object/condition';
import { createHash } from 'node:crypto';
import { readYaml } from '@ignite/toolkit/codec/parse-yaml';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { labels } from '../contract/names.ts';
import type { K3sControlPlane } from '../kinds/k3s-control-plane.ts';
import type { Machine } from '../kinds/machine.ts';
import {
  clusterKind,
  k3sConfigKind,
  k3sControlPlaneKind,
  machineHealthCheckKind,
  machineKind,
  secretObjects,
} from '../kinds/object-kinds.ts';
import { textIn } from '../workload/cluster-secrets.ts';
import { createCluster } from './sim-cluster.sample.ts';
import { Simulation } from './simulation.sample.ts';

const version = 'v1.35.4+k3s1';

/** Opens a simulation with a cluster of three servers and two agents that is up. */
async function withCluster(options: {
  readonly seed: number;
  readonly faults?: number;
}): Promise<Simulation> {
  const simulation = await Simulation.open(options);
  simulation.client.isFaulty = false;
  await createCluster(simulation, 'dev', { controlPlanes: 3, workers: 2, distribution: 'k3s' });
  simulation.client.isFaulty = true;
  await simulation.until(async () => await areReady(simulation, 5, version));
  return simulation;
}

/** Tells whether there are so many Machines, all of them ready, and servers of one version. */
const areReady = async (simulation: Simulation, number: number, of: string): Promise<boolean> => {
  const machines = await simulation.all<Machine>(machineKind);
  return (
    machines.length === number &&
    machines.every(
      ({ metadata, spec, status }) =>
        isTrue(status?.conditions ?? [], 'Ready') &&
        (spec.version === of || !Object.hasOwn(metadata.labels, labels.controlPlane)),
    )
  );
};

const replaced = (object: KubeObject, changes: object): KubeObject => ({
  ...object,
  spec: { ...(object.spec as object), ...changes },
});

test('a cluster of k3s comes up: one server begins it, the others and the agents join it', async () => {
  using simulation = await withCluster({ seed: 3 });
  assert.deepEqual(simulation.world.violations, []);
  assert.equal(simulation.world.membersOf('default/dev').length, 3);
  const secrets = await simulation.all(secretObjects);
  const textOf = (name: string, field = 'value'): string =>
    textIn(
      secrets.find(({ metadata }) => metadata.name === name)!,
      field,
    ) ?? '';
  const machines = await simulation.all<Machine>(machineKind);
  const configs = machines.map(({ metadata }) => {
    const { write_files: files, runcmd } = readYaml(textOf(metadata.name)) as {
      readonly write_files: readonly { readonly path: string; readonly content: string }[];
      readonly runcmd: readonly string[];
    };
    const content = files.find(({ path }) => path === '/etc/rancher/k3s/config.yaml')!.content;
    return { config: readYaml(content) as Record<string, unknown>, files, runcmd };
  });
  const [first] = configs.filter(({ config }) => config['cluster-init'] === true);
  const word = textOf('dev-token');
  assert.match(word, /^[0-9a-f]{32}$/);
  const agentWord = textOf('dev-token', 'agent');
  assert.match(agentWord, /^[0-9a-f]{32}$/);
  assert.notEqual(agentWord, word);
  assert.deepEqual(first!.config, {
    token: word,
    'agent-token': agentWord,
    'kubelet-arg': ['cloud-provider=external'],
    'cluster-init': true,
    'tls-san': ['dev.sim.example'],
    'disable-cloud-controller': true,
    'kube-apiserver-arg': ['anonymous-auth=true'],
  });
  assert.deepEqual(first!.runcmd, [
    `curl -sfL https://get.k3s.io | INSTALL_K3S_VERSION='${version}' sh -s - server && echo success > /run/cluster-api/bootstrap-success.complete`,
  ]);
  const digest = createHash('sha256').update(textOf('dev-ca', 'tls.crt')).digest('hex');
  const joining = configs.filter((each) => each !== first);
  for (const { config } of joining) assert.equal(config['server'], 'https://dev.sim.example:6443');
  for (const { config } of configs.filter((each) => each !== first && 'agent-token' in each.config)) {
    assert.equal(config['token'], `K10${digest}::server:${word}`);
    assert.equal(config['agent-token'], agentWord);
  }
  const withKeys = configs.filter(({ files }) => files.some(({ path }) => path.endsWith('/server-ca.key')));
  assert.equal(withKeys.length, 3, 'agents have no keys');
  const agents = joining.filter(({ runcmd }) => runcmd[0]!.includes('sh -s - agent'));
  assert.deepEqual(
    agents.map(({ config }) => config['tls-san']),
    [undefined, undefined],
  );
  for (const agent of agents) {
    assert.equal(agent.config['token'], `K10${digest}::node:${agentWord}`);
    assert.ok(!JSON.stringify(agent).includes(word), 'agents do not have the word of servers');
  }
});

test('servers of k3s are replaced one by one, each after its member of etcd, whatever fails meanwhile', async () => {
  for (const seed of [1, 2, 3]) {
    using simulation = await withCluster({ seed, faults: 0.05 });
    simulation.client.isFaulty = false;
    await simulation.create(machineHealthCheckKind, 'dev', {
      clusterName: 'dev',
      selector: {},
      checks: { unhealthyNodeConditions: [{ type: 'Ready', status: 'Unknown', timeoutSeconds: 120 }] },
    });
    simulation.client.isFaulty = true;
    const failing = [...simulation.world.vms.values()].find(({ isControlPlane }) => isControlPlane)!;
    await simulation.world.fail(failing);
    await simulation.until(
      async () => !simulation.world.vms.has(failing.providerID) && (await areReady(simulation, 5, version)),
    );
    simulation.client.isFaulty = false;
    const next = 'v1.36.1+k3s1';
    await simulation.change(k3sControlPlaneKind, 'dev', (object) => replaced(object, { version: next }));
    simulation.client.isFaulty = true;
    await simulation.until(async () => {
      const [controlPlane] = await simulation.all<K3sControlPlane>(k3sControlPlaneKind);
      const versions = controlPlane?.status?.versions ?? [];
      return versions.length === 1 && versions[0]!.version === next && versions[0]!.replicas === 3;
    });
    await simulation.until(async () => await areReady(simulation, 5, next));
    assert.equal(simulation.world.membersOf('default/dev').length, 3);
    simulation.world.leave('default/dev');
    simulation.client.isFaulty = false;
    await simulation.client.delete({ ...clusterKind, namespace: 'default', name: 'dev' });
    await simulation.until(async () => (await simulation.all(clusterKind)).length === 0);
    await simulation.collectGarbage();
    for (const kind of [machineKind, k3sControlPlaneKind, k3sConfigKind, secretObjects])
      assert.deepEqual(await simulation.all(kind), [], kind.kind);
    assert.deepEqual(simulation.world.violations, []);
  }
});
