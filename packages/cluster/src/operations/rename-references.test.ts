import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renameReferences } from './rename-references.ts';

const known = new Set([
  'Cluster/dev',
  'Machine/dev-a',
  'Secret/dev-a',
  'MachineSet/dev-s',
  'IgniteMachineTemplate/dev-t',
]);
const nameOf = (kind: string, name: string): string => (known.has(`${kind}/${name}`) ? `new-${name}` : name);

const renamed: Readonly<Record<string, readonly [object, object]>> = {
  'a reference with a kind': [
    { kind: 'Machine', name: 'dev-a' },
    { kind: 'Machine', name: 'new-dev-a' },
  ],
  'one of a kind of which there is nothing of that name': [
    { kind: 'MachineSet', name: 'dev-a' },
    { kind: 'MachineSet', name: 'dev-a' },
  ],
  'a name without a kind, such as that of a node': [
    { nodeRef: { name: 'dev-a' } },
    { nodeRef: { name: 'dev-a' } },
  ],
  'fields that hold a name': [
    {
      spec: { clusterName: 'dev', bootstrap: { dataSecretName: 'dev-a' } },
      secrets: [{ secretName: 'dev-a' }],
    },
    {
      spec: { clusterName: 'new-dev', bootstrap: { dataSecretName: 'new-dev-a' } },
      secrets: [{ secretName: 'new-dev-a' }],
    },
  ],
  'a reference to a Secret without a kind': [
    { cloudInit: { userDataSecretRef: { name: 'dev-a', key: 'value' } } },
    { cloudInit: { userDataSecretRef: { name: 'new-dev-a', key: 'value' } } },
  ],
  'labels and selectors': [
    {
      labels: { 'cluster.x-k8s.io/cluster-name': 'dev', 'cluster.x-k8s.io/set-name': 'dev-s', app: 'dev' },
      selector: { matchLabels: { 'cluster.x-k8s.io/set-name': 'dev-s' } },
    },
    {
      labels: {
        'cluster.x-k8s.io/cluster-name': 'new-dev',
        'cluster.x-k8s.io/set-name': 'new-dev-s',
        app: 'dev',
      },
      selector: { matchLabels: { 'cluster.x-k8s.io/set-name': 'new-dev-s' } },
    },
  ],
  'the template of which an object was made': [
    {
      'cluster.x-k8s.io/cloned-from-name': 'dev-t',
      'cluster.x-k8s.io/cloned-from-groupkind': 'IgniteMachineTemplate.infrastructure.cluster.x-k8s.io',
    },
    {
      'cluster.x-k8s.io/cloned-from-name': 'new-dev-t',
      'cluster.x-k8s.io/cloned-from-groupkind': 'IgniteMachineTemplate.infrastructure.cluster.x-k8s.io',
    },
  ],
  'a text that has the name in it': [
    { command: ['--cluster-name=dev'] },
    { command: ['--cluster-name=dev'] },
  ],
};
for (const [what, [before, after]] of Object.entries(renamed))
  test(`renameReferences: ${what}`, () => assert.deepEqual(renameReferences(before, nameOf), after));
