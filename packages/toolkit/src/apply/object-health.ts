import * as v from 'valibot';
import { groupKindOf, groupKindText } from '../object/group-kind.ts';
import type { KubeObject } from '../object/kube-object.ts';
import type { Health } from './actuator.ts';

const count = v.optional(v.number());

/** What is read of the status and the spec of an object. Kinds have them by convention, so all may be missing. */
const readSchema = v.object({
  spec: v.fallback(
    v.object({
      replicas: count,
      paused: v.optional(v.boolean()),
      suspend: v.optional(v.boolean()),
      type: v.optional(v.string()),
      updateStrategy: v.optional(v.object({ type: v.optional(v.string()) })),
    }),
    {},
  ),
  status: v.fallback(
    v.object({
      observedGeneration: count,
      conditions: v.optional(
        v.array(
          v.object({
            type: v.string(),
            status: v.string(),
            reason: v.optional(v.string()),
            message: v.optional(v.string()),
          }),
        ),
      ),
      phase: v.optional(v.string()),
      replicas: count,
      updatedReplicas: count,
      readyReplicas: count,
      availableReplicas: count,
      desiredNumberScheduled: count,
      updatedNumberScheduled: count,
      numberAvailable: count,
      loadBalancer: v.optional(v.object({ ingress: v.optional(v.array(v.unknown())) })),
    }),
    {},
  ),
});

type Read = v.InferOutput<typeof readSchema>;
type Condition = NonNullable<Read['status']['conditions']>[number];

const healthy: Health = { state: 'Healthy' };
const progressing = (message: string): Health => ({ state: 'Progressing', message });
const degraded = (message: string): Health => ({ state: 'Degraded', message });

/**
 * Pure. Tells the health of an object of any kind from what its controller reports: by the rules of Kubernetes' own
 * kinds, or else by the conditions that are usual. An object without them is healthy once it is there.
 */
export function objectHealth(object: KubeObject): Health {
  const { metadata } = object;
  const read = v.parse(readSchema, { spec: object.spec, status: object.status });
  if (metadata.deletionTimestamp !== undefined) return progressing('it is being deleted');
  const { observedGeneration } = read.status;
  if (observedGeneration !== undefined && observedGeneration < metadata.generation)
    return progressing('its controller has not seen the change yet');
  return (rules[groupKindText(groupKindOf(object))] ?? byConditions)(read);
}

const rules: Readonly<Record<string, (read: Read) => Health>> = {
  'Deployment.apps': deploymentHealth,
  'ReplicaSet.apps': (read) => replicasHealth(read, read.status.availableReplicas),
  'StatefulSet.apps': statefulSetHealth,
  'DaemonSet.apps': daemonSetHealth,
  'Job.batch': jobHealth,
  'CronJob.batch': ({ spec }) => (spec.suspend === true ? { state: 'Suspended' } : healthy),
  Pod: podHealth,
  PersistentVolumeClaim: ({ status }) =>
    status.phase === 'Bound' ? healthy : progressing(`it is ${status.phase ?? 'not bound'}`),
  Service: ({ spec, status }) =>
    spec.type !== 'LoadBalancer' || (status.loadBalancer?.ingress ?? []).length > 0
      ? healthy
      : progressing('it has no address of a load balancer yet'),
  Namespace: ({ status }) =>
    status.phase === undefined || status.phase === 'Active' ? healthy : progressing(`it is ${status.phase}`),
  'CustomResourceDefinition.apiextensions.k8s.io': definitionHealth,
  'APIService.apiregistration.k8s.io': ({ status }) => availability(find(status, 'Available')),
};

function deploymentHealth(read: Read): Health {
  const { spec, status } = read;
  const stuck = find(status, 'Progressing');
  if (stuck?.reason === 'ProgressDeadlineExceeded') return degraded(textOf(stuck));
  if (spec.paused === true) return { state: 'Suspended' };
  const wanted = spec.replicas ?? 1;
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status;
  if (status.observedGeneration === undefined) return progressing('its controller has not seen it yet');
  if (updatedReplicas < wanted) return progressing(`${updatedReplicas} of ${wanted} replicas are updated`);
  if (replicas > updatedReplicas) return progressing(`${replicas - updatedReplicas} old replicas are left`);
  return replicasHealth(read, availableReplicas);
}

function replicasHealth({ spec }: Read, available = 0): Health {
  const wanted = spec.replicas ?? 1;
  return available >= wanted ? healthy : progressing(`${available} of ${wanted} replicas are available`);
}

function statefulSetHealth({ spec, status }: Read): Health {
  const wanted = spec.replicas ?? 1;
  const { readyReplicas = 0, updatedReplicas = 0 } = status;
  if (status.observedGeneration === undefined) return progressing('its controller has not seen it yet');
  if (spec.updateStrategy?.type !== 'OnDelete' && updatedReplicas < wanted)
    return progressing(`${updatedReplicas} of ${wanted} replicas are updated`);
  return readyReplicas >= wanted ? healthy : progressing(`${readyReplicas} of ${wanted} replicas are ready`);
}

function daemonSetHealth({ spec, status }: Read): Health {
  const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status;
  if (status.observedGeneration === undefined) return progressing('its controller has not seen it yet');
  if (spec.updateStrategy?.type !== 'OnDelete' && updatedNumberScheduled < wanted)
    return progressing(`${updatedNumberScheduled} of ${wanted} nodes are updated`);
  return numberAvailable >= wanted
    ? healthy
    : progressing(`it is available on ${numberAvailable} of ${wanted} nodes`);
}

function jobHealth({ spec, status }: Read): Health {
  const failed = find(status, 'Failed');
  if (failed?.status === 'True') return degraded(textOf(failed));
  if (find(status, 'Complete')?.status === 'True') return healthy;
  return spec.suspend === true ? { state: 'Suspended' } : progressing('it is not complete');
}

function podHealth({ status }: Read): Health {
  if (status.phase === 'Succeeded') return healthy;
  if (status.phase === 'Failed') return degraded('it has failed');
  const ready = find(status, 'Ready');
  return ready?.status === 'True'
    ? healthy
    : progressing(ready ? textOf(ready) : `it is ${status.phase ?? 'new'}`);
}

function definitionHealth({ status }: Read): Health {
  const refused = find(status, 'NamesAccepted');
  if (refused?.status === 'False') return degraded(textOf(refused));
  return availability(find(status, 'Established'));
}

/** The conditions that sum up others, the most telling one first. */
const summaries = ['Ready', 'Available'];

function byConditions({ status }: Read): Health {
  const stalled = find(status, 'Stalled');
  if (stalled?.status === 'True') return degraded(textOf(stalled));
  const reconciling = find(status, 'Reconciling');
  if (reconciling?.status === 'True') return progressing(textOf(reconciling));
  const summary = summaries.map((type) => find(status, type)).find((condition) => condition !== undefined);
  return summary ? availability(summary) : healthy;
}

const availability = (condition: Condition | undefined): Health =>
  condition?.status === 'True'
    ? healthy
    : progressing(condition ? textOf(condition) : 'it has no status yet');

const find = ({ conditions = [] }: Read['status'], type: string): Condition | undefined =>
  conditions.find((condition) => condition.type === type);

const textOf = ({ type, status, reason, message }: Condition): string =>
  message !== undefined && message !== '' ? message : (reason ?? `${type} is ${status}`);
