import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { KindResource } from '@ignite/toolkit/client/kind-client';
import { parseYaml, plainValue } from '@ignite/toolkit/codec/parse-yaml';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { findCondition } from '../contract/conditions.ts';
import { kinds } from '../kinds/kinds.ts';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import {
  clusterKind,
  hostedControlPlaneKind,
  igniteMachineTemplateKind,
  machineDeploymentKind,
} from '../kinds/object-kinds.ts';
import { Simulation } from './simulation.sample.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/clusters.md'), 'utf8');

/** The objects of the example of a ClusterClass in the docs. */
const example = (): readonly KubeObject[] => {
  const [, section = ''] = page.split('\n## Clusters from a class\n');
  const [, text = ''] = /```yaml\n([^]*?)```/.exec(section) ?? [];
  return parseYaml(text).map((document) => plainValue(document) as KubeObject);
};

const kindOf = ({ kind, apiVersion }: KubeObject): KindResource => {
  const { group, plural } = kinds.find((each) => each.kind === kind)!;
  return { group, version: apiVersion.split('/')[1]!, resource: plural, kind };
};

test('the class of the docs makes a cluster, whose image follows its version', async () => {
  using simulation = await Simulation.open({ seed: 5 });
  for (const object of example()) await simulation.client.create(kindOf(object), object);
  await simulation.until(async () => {
    const [cluster] = await simulation.all(clusterKind);
    return findCondition(cluster!, 'TopologyReconciled')?.status === 'True';
  });
  const [controlPlane] = await simulation.all(hostedControlPlaneKind);
  assert.partialDeepStrictEqual(controlPlane?.spec, { version: 'v1.35.4', replicas: 1 });
  const [workers] = await simulation.all<MachineDeployment>(machineDeploymentKind);
  assert.equal(workers?.spec.replicas, 2);
  const templates = await simulation.all(igniteMachineTemplateKind);
  const used = templates.find(
    ({ metadata }) => metadata.name === workers.spec.template.spec.infrastructureRef.name,
  );
  assert.partialDeepStrictEqual(used?.spec, {
    template: {
      spec: { vm: { image: { oci: 'ignite-kubernetes:v1.35.4' }, memory: 4 * 1_024 ** 3, cpus: 2 } },
    },
  });
  const later = simulation.nowMs + 3_600_000;
  const before = simulation.reconciles;
  await simulation.until(() => simulation.nowMs > later);
  assert.ok(simulation.reconciles - before < 10_000, 'the controllers come to rest');
});
