import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { connectionProbe } from '../contract/conditions.ts';
import { sampleMachine } from '../kinds/machine.sample.ts';
import type { Cluster } from '../kinds/cluster.ts';
import { machineKind } from '../kinds/object-kinds.ts';
import type { BasicWork } from './controller.ts';
import type { ObjectHandler } from './objects.ts';
import { routeChanges } from './route-changes.ts';

test('routeChanges: all of a Cluster is looked at when its API server answers again, and not at other changes of its status', async () => {
  const machine = sampleMachine({ name: 'a' });
  let tell: ObjectHandler = () => assert.fail('nobody listens');
  const objects = {
    onChange: (handler: ObjectHandler): void => void (tell = handler),
    ofCluster: async (kind: { readonly kind: string }) => (kind.kind === machineKind.kind ? [machine] : []),
  };
  const looks: string[] = [];
  const controllers = [{ name: 'machine', kind: machineKind }];
  routeChanges(controllers, { objects } as unknown as BasicWork, ({ name }, key) =>
    looks.push(`${name} ${key}`),
  );
  const change = async (probe: 'True' | 'False', phase: string): Promise<readonly string[]> => {
    const conditions = [{ type: connectionProbe, status: probe, reason: '', message: '' }];
    const cluster = { ...machine, kind: 'Cluster', spec: {}, status: { phase, conditions } };
    tell(cluster as unknown as Cluster, false);
    await turn();
    return looks.splice(0);
  };
  const all = [`machine ${machine.metadata.namespace}/a`];
  assert.deepEqual(await change('False', 'Provisioning'), all);
  assert.deepEqual(await change('False', 'Provisioned'), []);
  assert.deepEqual(await change('True', 'Provisioned'), all);
});
