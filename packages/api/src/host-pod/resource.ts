import type { Condition } from '@ignite/toolkit/object/condition';
import type { Resource } from '@ignite/toolkit/scheme/resource';
import { age } from '@ignite/toolkit/text/age';
import { type HostPod, programCount } from './host-pod.ts';

export const hostPodResource = {
  group: 'infrastructure.cluster.x-k8s.io',
  kind: 'HostPod',
  plural: 'hostpods',
  shortNames: ['hpo'],
  categories: ['cluster-api'],
  scope: 'Namespaced',
  subresources: ['status'],
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    { title: 'HOST', cell: ({ spec }) => spec.hostName ?? '' },
    { title: 'ADDRESS', cell: ({ status }) => status?.address ?? '' },
    { title: 'READY', cell: ({ spec, status }) => `${readyPrograms(status)}/${programCount(spec)}` },
    { title: 'RESTARTS', cell: ({ status }) => String(restartsOf(status)) },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
  ],
  readiness: ({ status }) => (conditionOf(status?.conditions, 'Ready') === 'True' ? 'True' : 'False'),
  summary: ({ spec, status }) => `ready: ${readyPrograms(status)} of ${programCount(spec)}`,
  applyOrder: 4,
} satisfies Resource<HostPod>;

const readyPrograms = (status: HostPod['status']): number =>
  (status?.programs ?? []).filter(({ isReady }) => isReady).length;

const restartsOf = (status: HostPod['status']): number =>
  (status?.programs ?? []).reduce((all, { restarts = 0 }) => all + restarts, 0);

const conditionOf = (conditions: readonly Condition[] = [], type: string): string | undefined =>
  conditions.find((each) => each.type === type)?.status;
