import { stringify } from 'yaml';
import { labels } from '../contract/names.ts';
import { clusterResourceSetKind, configMapObjects } from '../kinds/object-kinds.ts';
import { cniName } from './cluster-names.ts';
import type { ClusterRequest } from './cluster-request.ts';
import { type PlannedObject, planned } from './planned-object.ts';

const rbac = 'rbac.authorization.k8s.io';
const name = 'ignite:podnet';

/** What lets the kubelets of all nodes read the addresses and the Pod networks of the others, which podnet needs. */
const podnetRights = [
  {
    ...{ apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name } },
    rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['list', 'watch'] }],
  },
  {
    ...{ apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { name } },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
    subjects: [{ apiGroup: rbac, kind: 'Group', name: 'system:nodes' }],
  },
];

/** Pure. Returns what brings the pod network into a cluster: manifests, and the set that has them applied there. */
export function planPodNetwork(request: ClusterRequest): readonly PlannedObject[] {
  const { podNetwork } = request;
  if (podNetwork.kind === 'none' || podNetwork.kind === 'flannel') return [];
  const manifests =
    podNetwork.kind === 'podnet'
      ? podnetRights.map((object) => stringify(object)).join('---\n')
      : podNetwork.text;
  const own = cniName(request.name);
  return [
    planned(request, configMapObjects, own, { data: { 'manifests.yaml': manifests } }),
    planned(request, clusterResourceSetKind, own, {
      spec: {
        clusterSelector: { matchLabels: { [labels.cluster]: request.name } },
        resources: [{ kind: configMapObjects.kind, name: own }],
        strategy: 'ApplyOnce',
      },
    }),
  ];
}
