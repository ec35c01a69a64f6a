import { group as ignite } from '@ignite/api/v1/group';
import { kinds } from '@ignite/api/v1/kinds';
import { gitopsKinds } from '@ignite/toolkit/sync/gitops-kinds';
import { gitSourceResource } from '@ignite/toolkit/sync/resources';
import type { PolicyRule } from '@ignite/toolkit/access/resources/role';
import type { Kind } from '@ignite/toolkit/scheme/kind';
import { type DefaultRole, readVerbs, rule, writeVerbs } from './default-role.ts';

const gitops = gitSourceResource.group;

const cluster = 'cluster.x-k8s.io';
const controlPlane = `controlplane.${cluster}`;
const etcd = `etcd.${cluster}`;
/** The groups of Cluster API, and that of etcd clusters. */
const clusterGroups = [
  cluster,
  controlPlane,
  `addons.${cluster}`,
  `bootstrap.${cluster}`,
  etcd,
  `infrastructure.${cluster}`,
  `ipam.${cluster}`,
];

/** The groups of agent-sandbox. */
const sandboxGroups = ['agents.x-k8s.io', 'extensions.agents.x-k8s.io'];

/** What can be done inside a VM. All of these are streams, which are opened by the verb `create`. */
const streams = ['vms/attach', 'vms/cp', 'vms/exec', 'vms/portforward', 'vms/ssh'] as const;

/** Kinds are named one by one, since a `*` would include the streams. */
const namesOf = (all: readonly Kind[]): readonly string[] =>
  all.flatMap(({ plural }) => [plural, `${plural}/status`]);

const viewing: readonly PolicyRule[] = [
  rule(readVerbs, [ignite], [...namesOf(kinds), 'vms/log', 'vms/scale', 'warmpools/scale']),
  rule(readVerbs, [gitops], namesOf(gitopsKinds)),
  rule(readVerbs, [...clusterGroups, ...sandboxGroups], ['*']),
  rule(readVerbs, [''], ['configmaps', 'namespaces', 'nodes', 'pods', 'pods/log', 'pods/status', 'services']),
  rule(readVerbs, ['', 'events.k8s.io'], ['events']),
  rule(readVerbs, ['metrics.k8s.io'], ['nodes', 'pods']),
];

const operating: readonly PolicyRule[] = [
  rule(writeVerbs, [ignite], ['images', 'kernels', 'snapshots', 'vms', 'volumes', 'warmpools']),
  rule(['patch', 'update'], [ignite], ['vms/scale', 'warmpools/scale']),
  rule(writeVerbs, sandboxGroups, ['sandboxclaims', 'sandboxes', 'sandboxtemplates', 'sandboxwarmpools']),
  rule(['patch', 'update'], sandboxGroups, ['sandboxwarmpools/scale']),
  rule(['create'], [ignite], streams),
  // Whoever could create a Machine could have it boot with any Secret, and read that inside.
  rule(
    ['patch', 'update'],
    [cluster],
    ['machinedeployments/scale', 'machinepools/scale', 'machinesets/scale'],
  ),
  rule(
    ['patch', 'update'],
    [controlPlane],
    ['hostedcontrolplanes/scale', 'kthreescontrolplanes/scale', 'kubeadmcontrolplanes/scale'],
  ),
  rule(['patch', 'update'], [etcd], ['etcdclusters/scale']),
  rule(['delete'], [cluster], ['machines']),
  rule(['create'], [''], ['pods/attach', 'pods/exec', 'pods/portforward']),
];

const administering: readonly PolicyRule[] = [
  rule(['*'], [ignite, gitops, ...clusterGroups, ...sandboxGroups], ['*']),
  rule([...readVerbs, ...writeVerbs], [''], ['configmaps', 'secrets']),
];

/** Ignite's own roles, each of which has the rules of the ones before it. */
export const igniteRoles: readonly DefaultRole[] = [
  { name: 'ignite:viewer', partOf: 'view', rules: viewing },
  { name: 'ignite:operator', partOf: 'edit', rules: [...viewing, ...operating] },
  { name: 'ignite:admin', partOf: 'admin', rules: [...viewing, ...operating, ...administering] },
];
