import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../object/kube-object.ts';
import { objectHealth } from './object-health.ts';

const healthOf = (
  apiVersion: string,
  kind: string,
  spec: object,
  status: object,
  more: object = {},
): string => {
  const object = { apiVersion, kind, metadata: { generation: 2, ...more }, spec, status };
  const { state, message } = objectHealth(object as unknown as KubeObject);
  return message === undefined ? state : `${state}: ${message}`;
};
const condition = (type: string, status: string, message = '', reason = 'R') => ({
  conditions: [{ type, status, message, reason }],
});

test('the health of an object is told from what its controller reports', () => {
  const seen = { observedGeneration: 2 };
  const cases: readonly (readonly [string, string, object, object, string])[] = [
    [
      'apps/v1',
      'Deployment',
      { replicas: 2 },
      { ...seen, updatedReplicas: 2, replicas: 2, availableReplicas: 2 },
      'Healthy',
    ],
    ['apps/v1', 'Deployment', {}, {}, 'Progressing: its controller has not seen it yet'],
    [
      'apps/v1',
      'Deployment',
      {},
      { observedGeneration: 1 },
      'Progressing: its controller has not seen the change yet',
    ],
    [
      'apps/v1',
      'Deployment',
      { replicas: 2 },
      { ...seen, updatedReplicas: 1 },
      'Progressing: 1 of 2 replicas are updated',
    ],
    [
      'apps/v1',
      'Deployment',
      { replicas: 1 },
      { ...seen, updatedReplicas: 1, replicas: 2 },
      'Progressing: 1 old replicas are left',
    ],
    [
      'apps/v1',
      'Deployment',
      { replicas: 2 },
      { ...seen, updatedReplicas: 2, replicas: 2 },
      'Progressing: 0 of 2 replicas are available',
    ],
    ['apps/v1', 'Deployment', { replicas: 0 }, seen, 'Healthy'],
    ['apps/v1', 'Deployment', { paused: true }, seen, 'Suspended'],
    [
      'apps/v1',
      'Deployment',
      {},
      { ...seen, ...condition('Progressing', 'False', 'too slow', 'ProgressDeadlineExceeded') },
      'Degraded: too slow',
    ],
    [
      'apps/v1',
      'StatefulSet',
      { replicas: 3 },
      { ...seen, updatedReplicas: 3, readyReplicas: 2 },
      'Progressing: 2 of 3 replicas are ready',
    ],
    [
      'apps/v1',
      'StatefulSet',
      { updateStrategy: { type: 'OnDelete' } },
      { ...seen, readyReplicas: 1 },
      'Healthy',
    ],
    [
      'apps/v1',
      'DaemonSet',
      {},
      { ...seen, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 },
      'Progressing: it is available on 1 of 2 nodes',
    ],
    ['apps/v1', 'DaemonSet', {}, { ...seen, desiredNumberScheduled: 0 }, 'Healthy'],
    ['batch/v1', 'Job', {}, condition('Failed', 'True', 'no luck'), 'Degraded: no luck'],
    ['batch/v1', 'Job', {}, condition('Complete', 'True'), 'Healthy'],
    ['batch/v1', 'Job', {}, {}, 'Progressing: it is not complete'],
    ['v1', 'Pod', {}, { phase: 'Pending' }, 'Progressing: it is Pending'],
    ['v1', 'Pod', {}, { phase: 'Succeeded' }, 'Healthy'],
    ['v1', 'PersistentVolumeClaim', {}, { phase: 'Bound' }, 'Healthy'],
    ['v1', 'Service', { type: 'ClusterIP' }, {}, 'Healthy'],
    ['v1', 'Service', { type: 'LoadBalancer' }, {}, 'Progressing: it has no address of a load balancer yet'],
    [
      'v1',
      'Service',
      { type: 'LoadBalancer' },
      { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
      'Healthy',
    ],
    ['v1', 'Namespace', {}, { phase: 'Terminating' }, 'Progressing: it is Terminating'],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', {}, {}, 'Progressing: it has no status yet'],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', {}, condition('Established', 'True'), 'Healthy'],
    [
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      {},
      condition('NamesAccepted', 'False', 'taken'),
      'Degraded: taken',
    ],
    // Kinds of others, by the usual conditions.
    ['example.com/v1', 'Thing', {}, {}, 'Healthy'],
    ['example.com/v1', 'Thing', {}, condition('Ready', 'False', 'not yet'), 'Progressing: not yet'],
    ['example.com/v1', 'Thing', {}, condition('Stalled', 'True', 'stuck'), 'Degraded: stuck'],
    ['example.com/v1', 'Thing', {}, condition('Available', 'Unknown', '', 'Asking'), 'Progressing: Asking'],
    // A kind that is called like one of Kubernetes is not one of it.
    ['example.com/v1', 'Deployment', {}, {}, 'Healthy'],
    // What does not have the usual form says nothing.
    ['example.com/v1', 'Thing', {}, { conditions: 'none' }, 'Healthy'],
  ];
  for (const [apiVersion, kind, spec, status, wanted] of cases)
    assert.equal(healthOf(apiVersion, kind, spec, status), wanted, JSON.stringify([kind, spec, status]));
  const leaving = { deletionTimestamp: '2026-01-01T00:00:00Z' };
  assert.equal(healthOf('v1', 'ConfigMap', {}, {}, leaving), 'Progressing: it is being deleted');
});
